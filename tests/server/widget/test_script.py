"""The widget as one file: small, whole, the same each time, and loadable from anywhere."""

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import httpx
import orjson

from server.widget.script import FOLDER, MODULES, assembled, styles

LARGEST = 25_000
DECLARED = re.compile(r"^(?:export )?(?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)
USED = re.compile(r"""\b(?:t|counted|toolName)\("([a-z_]+)"|idea_\w+|"(waiting_\w+|sending)\"""")
SOURCES = sorted((FOLDER / "widget").glob("*.js"))


def messages() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = orjson.loads((FOLDER / "widget" / "messages.json").read_bytes())
    return found


def test_the_file_is_small_enough_and_the_same_each_time() -> None:
    first = assembled()
    assert len(first.compressed) <= LARGEST
    assembled.cache_clear()
    assert assembled() == first


def test_every_module_is_in_it_under_names_of_its_own(tmp_path: Path) -> None:
    assert {path.stem for path in SOURCES} == set(MODULES)
    names = Counter(name for path in SOURCES for name in DECLARED.findall(path.read_text("utf-8")))
    assert [name for name, count in names.items() if count > 1] == []
    whole = tmp_path / "widget.js"
    whole.write_bytes(assembled().plain)
    node = shutil.which("node")
    assert node
    subprocess.run([node, "--check", whole], check=True)
    text = assembled().plain.decode()
    assert not re.search(r"^(import|export)\b", text, re.MULTILINE)


def test_a_module_imports_only_what_comes_before_it() -> None:
    for path in SOURCES:
        for other in re.findall(r'from "\./(\w+)\.js"', path.read_text("utf-8")):
            assert MODULES.index(other) < MODULES.index(path.stem), f"{path.stem} needs {other}"


def test_it_asks_nobody_else_and_runs_no_text() -> None:
    text = assembled().plain.decode()
    addresses = set(re.findall(r"https?://[\w.]+", text))
    assert addresses <= {"http://www.w3.org"}
    for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "new Function", "document.write"):
        assert forbidden not in text
    assert "@import" not in styles()
    assert "url(" not in styles()


def test_tokens_of_the_host_page_pass_through() -> None:
    css = styles()
    assert "--w-accent:var(--mm-accent,#1f5fbf)" in css
    assert re.findall(r"\d(?:rem)\b", css) == []
    used, made = set(re.findall(r"var\(--w-([\w-]+)\)", css)), set(re.findall(r"--w-([\w-]+):", css))
    assert used <= made


def test_every_text_is_there_in_every_language_with_the_same_blanks() -> None:
    texts = messages()
    assert {"en", "de", "ar"} <= set(texts)
    plain = {key for key in texts["en"] if not key.endswith(("_one", "_other"))}
    for language, said in texts.items():
        assert plain <= set(said), language
        for key in plain:
            assert set(re.findall(r"\{\w+\}", said[key])) == set(re.findall(r"\{\w+\}", texts["en"][key])), key
    for path in SOURCES:
        for key in (one or two for one, two in USED.findall(path.read_text("utf-8"))):
            if key:
                assert any(key == known or known.startswith(f"{key}_") for known in texts["en"]), f"{path.stem}: {key}"


async def test_other_origins_may_load_it_and_nothing_else(client: httpx.AsyncClient) -> None:
    answer = await client.get("/widget.js")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["content-encoding"] == "gzip"
    again = await client.get("/widget.js", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    asked = {"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}
    before = await client.options("/api/v1/widget/session", headers=asked)
    assert before.status_code == 204
    assert before.headers["access-control-allow-headers"] == "Authorization, Content-Type"
    german = await client.get("/api/v1/widget/texts/de")
    assert german.json() == messages()["de"]
    assert german.headers["access-control-allow-origin"] == "*"
    unknown = await client.get("/api/v1/widget/texts/xx")
    assert (unknown.status_code, "de" in unknown.json()["detail"]) == (404, True)
    for path in ("/assets/tokens.css", "/api/v1/conversations", "/page.json"):
        other = await client.get(path, headers={"Origin": "https://a.example"})
        assert other.headers["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in other.headers
