"""The widget as one file: its modules, styles and English put together at the first request and kept.

Another language is a second, small file that only pages in that language ask for.

The modules are plain ES modules, listed in the order they need each other. Their imports and exports are taken out and
everything is wrapped into one function, so that names must be unique across them; a test sees to it.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import orjson
from fastapi import APIRouter, Request, Response

from core.errors import NotFound

FOLDER: Final = Path(__file__).parent.parent / "web"
MODULES: Final = (
    "words",
    "nodes",
    "keeping",
    "calls",
    "live",
    "outbox",
    "svg",
    "bubbles",
    "tools",
    "differing",
    "cards",
    "progress",
    "thread",
    "panel",
    "start",
)
IMPORT: Final = re.compile(r"^import .*?;\n", re.MULTILINE | re.DOTALL)
EXPORT: Final = re.compile(r"^export (?=(?:async )?(?:function|const|let|class)\b)", re.MULTILINE)
LINE_COMMENT: Final = re.compile(r"^\s*//.*\n", re.MULTILINE)
INDENT: Final = re.compile(r"^[ \t]+|[ \t]+$", re.MULTILINE)
BLANK: Final = re.compile(r"\n{2,}")
CSS_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
CSS_SPACE: Final = re.compile(r"\s*([{};,>])\s*|\s+")
TOKEN: Final = re.compile(r"--mm-([a-z0-9-]+):\s*([^;]+);")
USE: Final = re.compile(r"var\(--mm-([a-z0-9-]+)\)")
REM: Final = re.compile(r"\b(\d*\.?\d+)rem\b")
DARK: Final = re.compile(r"@media \(prefers-color-scheme: dark\) \{\s*:root \{(.*?)\}\s*\}", re.DOTALL)
LIGHT: Final = re.compile(r":root \{(.*?)\}", re.DOTALL)
PIXELS_A_REM: Final = 16
BUILT_IN: Final = "en"
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Script:
    """The file, as it is and compressed, and its name for caches."""

    plain: bytes
    compressed: bytes
    etag: str


@router.get("/widget.js")
async def widget(request: Request) -> Response:
    """Return the widget."""
    script = assembled()
    headers = {"Cache-Control": "public, max-age=300", "ETag": script.etag, "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == script.etag:
        return Response(status_code=304, headers=headers)
    body = script.plain
    if "gzip" in request.headers.get("accept-encoding", ""):
        body = script.compressed
        headers["Content-Encoding"] = "gzip"
    return Response(body, media_type="text/javascript; charset=utf-8", headers=headers)


@router.get("/api/v1/widget/texts/{language}")
async def said_in(language: str) -> Response:
    """Return the widget's texts in another language than the one that comes with it."""
    found = texts().get(language)
    if found is None:
        raise NotFound(f"The widget does not speak this language. It speaks: {', '.join(texts())}.")
    body = orjson.dumps(found)
    headers = {"Cache-Control": "public, max-age=300"}
    return Response(body, media_type="application/json", headers=headers)


@lru_cache(maxsize=1)
def assembled() -> Script:
    """Return the one file. The same sources give the same bytes."""
    parts = [_module(FOLDER / "widget" / f"{name}.js") for name in MODULES]
    given = {
        "MESSAGES": texts()[BUILT_IN],
        "LANGUAGES": [name for name in texts() if name != BUILT_IN],
        "STYLES": styles(),
    }
    head = "".join(f"const {name}={orjson.dumps(value).decode()};\n" for name, value in given.items())
    plain = ('(()=>{"use strict";\n' + head + "".join(parts) + "})();\n").encode()
    digest = hashlib.sha256(plain).hexdigest()
    return Script(plain, gzip.compress(plain, 9, mtime=0), f'"{digest[:32]}"')


@lru_cache(maxsize=1)
def texts() -> dict[str, dict[str, str]]:
    """Return what the widget says, by language."""
    found: dict[str, dict[str, str]] = orjson.loads((FOLDER / "widget" / "messages.json").read_bytes())
    return found


def styles() -> str:
    """Return the widget's styles with the house's tokens inside.

    Each token of the house becomes one of the widget's own that takes the host page's value where it sets one.
    """
    tokens = (FOLDER / "tokens.css").read_text("utf-8")
    dark = DARK.search(tokens)
    light = LIGHT.search(DARK.sub("", tokens))
    assert dark is not None, "tokens.css has a block for the dark"
    assert light is not None, "tokens.css has a block of tokens"
    rules = [
        f":host{{{_own(light[1])}}}",
        f'@media (prefers-color-scheme:dark){{:host(:not([data-theme="light"])){{{_own(dark[1])}}}}}',
        f':host([data-theme="dark"]){{{_own(dark[1])}}}',
        (FOLDER / "widget" / "widget.css").read_text("utf-8"),
    ]
    return _small(USE.sub(r"var(--w-\1)", "".join(rules)))


def _own(block: str) -> str:
    return "".join(f"--w-{name}:var(--mm-{name},{_pixels(value)});" for name, value in TOKEN.findall(block))


def _pixels(value: str) -> str:
    """A page may set its root's size to anything; the widget's own sizes do not follow."""
    return REM.sub(lambda found: f"{float(found[1]) * PIXELS_A_REM:g}px", value.strip())


def _small(css: str) -> str:
    return CSS_SPACE.sub(lambda found: found[1] or " ", CSS_COMMENT.sub("", css)).strip()


def _module(path: Path) -> str:
    source = EXPORT.sub("", IMPORT.sub("", path.read_text("utf-8")))
    return BLANK.sub("\n", INDENT.sub("", LINE_COMMENT.sub("", source)))
