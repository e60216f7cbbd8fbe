"""Markdown of answers as Slack's own marks, in messages and sections as long as Slack takes them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from server.slack.escaping import UNSEEN, escaped

LONGEST_SECTION: Final = 2_900
LONGEST_MESSAGE: Final = 3_900
MOST_BLOCKS: Final = 45
PARSER: Final = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
CHART: Final = re.compile(r"/api/v1/charts/(cht_[0-9a-f]{32})\.(?:svg|png)")
SCHEMES: Final = ("http://", "https://", "mailto:")
MARKS: Final = {"strong_open": "*", "strong_close": "*", "em_open": "_", "em_close": "_", "s_open": "~", "s_close": "~"}
# A mark that was written as such, where Slack would take it for the beginning of something.
STRAY: Final = re.compile(r"(?<![\w])([*_~`])(?=\S)")
GAP: Final = "\u200b"
OPENING: Final = re.compile(rf"(?<!\w){GAP}([*_~])")
CLOSING: Final = re.compile(rf"([*_~]){GAP}(?!\w)")
FENCE: Final = "```"


@dataclass(frozen=True, slots=True)
class SlackText:
    """One message: its sections, and the whole as one text for notifications and screen readers."""

    text: str
    blocks: list[dict[str, Any]]


def as_slack(markdown: str, home: str = "") -> list[SlackText]:
    """Return an answer as one or more messages. ``home`` is this server, for links to its own pages."""
    return packed(pieces(markdown, home))


def charts_in(markdown: str) -> list[str]:
    """Return the ids of the charts an answer shows, each once."""
    return list(dict.fromkeys(CHART.findall(markdown)))


def packed(parts: Sequence[str]) -> list[SlackText]:
    """Return texts, each in Slack's marks, as messages within Slack's limits."""
    messages: list[SlackText] = []
    sections: list[str] = []
    size = 0
    for part in (short for long in parts for short in shortened(long, LONGEST_SECTION)):
        if sections and (size + len(part) + 2 > LONGEST_MESSAGE or len(sections) >= MOST_BLOCKS):
            messages.append(_message(sections))
            sections, size = [], 0
        if sections and len(sections[-1]) + len(part) + 2 <= LONGEST_SECTION:
            sections[-1] = f"{sections[-1]}\n\n{part}"
        else:
            sections.append(part)
        size += len(part) + 2
    if sections:
        messages.append(_message(sections))
    return messages


def shortened(text: str, limit: int) -> Iterator[str]:
    """Yield a text in parts that fit, cut between lines or words and never inside of a link or a sign."""
    code = text.startswith(FENCE) and text.endswith(FENCE) and len(text) > limit
    rest = text[len(FENCE) : -len(FENCE)].strip("\n") if code else text
    room = limit - 2 * len(FENCE) - 2 if code else limit
    while rest:
        cut = len(rest) if len(rest) <= room else _place_to_cut(rest, room)
        part, rest = rest[:cut].rstrip(), rest[cut:].lstrip("\n" if code else None)
        if part:
            yield f"{FENCE}\n{part}\n{FENCE}" if code else part


def pieces(markdown: str, home: str = "") -> list[str]:
    """Return the blocks of a Markdown text in Slack's marks."""
    return _blocks(_Reader(PARSER.parse(markdown)), home)


class _Reader:
    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def next(self) -> Token | None:
        if self._at >= len(self._tokens):
            return None
        self._at += 1
        return self._tokens[self._at - 1]

    def until(self, closing: str) -> "_Reader":
        """Return what stands up to the token that closes what was opened just now."""
        start, depth = self._at, 1
        opening = closing.replace("_close", "_open")
        while depth and self._at < len(self._tokens):
            kind = self._tokens[self._at].type
            depth += (kind == opening) - (kind == closing)
            self._at += 1
        return _Reader(self._tokens[start : self._at - 1])


def _blocks(reader: _Reader, home: str) -> list[str]:
    found: list[str] = []
    while token := reader.next():
        match token.type:
            case "inline":
                found.append(_inline(token, home))
            case "heading_open":
                inner = " ".join(_blocks(reader.until("heading_close"), home)).replace("*", "")
                found.append(f"*{inner}*" if inner else "")
            case "bullet_list_open" | "ordered_list_open":
                found.append(_list(token, reader.until(token.type.replace("_open", "_close")), home))
            case "blockquote_open":
                inner = "\n\n".join(_blocks(reader.until("blockquote_close"), home))
                found.append("\n".join(f"> {line}".rstrip() for line in inner.split("\n")))
            case "fence" | "code_block":
                found.append(_code(token.content.rstrip("\n")))
            case "table_open":
                found.append(_code(_table(reader.until("table_close"))))
            case "hr":
                found.append("———")
            case _:
                pass
    return [part for part in found if part.strip()]


def _list(opened: Token, reader: _Reader, home: str) -> str:
    lines: list[str] = []
    number = int(opened.attrGet("start") or 1)
    while token := reader.next():
        if token.type != "list_item_open":
            continue
        mark = "•" if opened.type == "bullet_list_open" else f"{number}."
        number += 1
        inner = "\n".join(_blocks(reader.until("list_item_close"), home))
        first, *more = inner.split("\n")
        lines += [f"{mark} {first}", *(f"    {line}" for line in more)]
    return "\n".join(lines)


def _table(reader: _Reader) -> str:
    rows: list[list[str]] = []
    while token := reader.next():
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(_plain(token))
    widths = [max((len(row[at]) for row in rows if at < len(row)), default=0) for at in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def _code(text: str) -> str:
    return f"{FENCE}\n{escaped(text.replace('```', f'``{GAP}`'))}\n{FENCE}"


def _plain(token: Token) -> str:
    return "".join(" " if child.type.endswith("break") else child.content for child in token.children or ())


def _inline(token: Token, home: str) -> str:
    out: list[str] = []
    links: list[tuple[str, int]] = []
    for child in token.children or ():
        match child.type:
            case "text":
                out.append(STRAY.sub(rf"\1{UNSEEN}", escaped(child.content)))
            case "softbreak" | "hardbreak":
                out.append("\n")
            case "code_inline":
                out.append(f"`{escaped(child.content.replace('`', 'ˋ'))}`")
            case "link_open":
                links.append((_address(str(child.attrGet("href") or ""), home), len(out)))
            case "link_close" if links:
                address, start = links.pop()
                label = "".join(out[start:]).replace("\n", " ")
                out[start:] = [f"<{address}|{label or address}>" if address else label]
            case "image":
                out.append(_image(child, home))
            case kind if kind in MARKS:
                out.append(f"{MARKS[kind]}{GAP}" if kind.endswith("_close") else f"{GAP}{MARKS[kind]}")
            case _:
                pass
    return _tidied("".join(out)).strip()


def _tidied(text: str) -> str:
    """Leave a gap only where a mark would otherwise touch a word, which Slack does not take for a mark."""
    return OPENING.sub(r"\1", CLOSING.sub(r"\1", text))


def _image(token: Token, home: str) -> str:
    """Our charts follow as pictures of their own; anything else is a link, so that nothing is fetched for it."""
    source = str(token.attrGet("src") or "")
    if CHART.fullmatch(source):
        return ""
    address, label = _address(source, home), escaped(token.content or "picture")
    return f"<{address}|{label}>" if address else label


def _address(target: str, home: str) -> str:
    """Return an address as it may stand in a link; nothing if it is none that may."""
    absolute = f"{home}{target}" if home and target.startswith("/") and not target.startswith("//") else target
    if not absolute.lower().startswith(SCHEMES) or any(sign.isspace() for sign in absolute):
        return ""
    return absolute.replace("&", "&amp;").replace("<", "%3C").replace(">", "%3E").replace("|", "%7C")


def _message(sections: Sequence[str]) -> SlackText:
    blocks: list[dict[str, Any]] = [
        {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}} for text in sections
    ]
    return SlackText("\n\n".join(sections), blocks)


def _place_to_cut(text: str, room: int) -> int:
    """Return where to cut: after a line, else after a word, else before the sign or link that would be cut through."""
    for mark in ("\n", " "):
        at = text.rfind(mark, room // 2, room)
        if at > 0 and text.rfind("<", 0, at) <= text.rfind(">", 0, at):
            return at + 1
    at = room
    for opening, closing in (("<", ">"), ("&", ";")):
        start = text.rfind(opening, max(0, at - room + 1), at)
        if start > 0 and closing not in text[start:at]:
            at = start
    return at
