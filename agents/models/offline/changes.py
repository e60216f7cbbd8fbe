"""Which change is meant for which draft, where a message asks for several at once, and what an earlier text said."""

import re
from collections.abc import Sequence
from dataclasses import replace

from agents.models.offline.drafts import label, shown_texts
from agents.models.offline.reading import Turn
from agents.models.offline.requests import Wanted, read_wanted
from agents.models.offline.rewriting import Stored

_CUT = re.compile(r"(?<=[,;.])\s+|\s+(?=(?:and|but|then)\b)", re.IGNORECASE)


def wanted_for(text: str, platform: str, whole: Wanted) -> Wanted:
    """The change meant for one channel: its own where each channel got one, else the whole message's."""
    parts = _parts(text)
    if len({name for part in parts for name in part.channels}) < 2 or len(parts) < 2:
        return whole
    mine = [part for part in parts if platform in part.channels]
    return mine[0] if mine else replace(whole, voice=(), length=None, again=False, mention=(), replace=None, line="")


def earlier_text(turn: Turn, stored: Stored, wanted: Wanted) -> str:
    """What a draft said before, as an earlier answer showed it: at first, or last before now."""
    texts = [text for text in shown_texts(turn, label(stored.platform)) if _bare(text) != _bare(stored.text)]
    if not texts:
        return ""
    return texts[0] if wanted.back == "first" else texts[-1]


def _parts(text: str) -> list[Wanted]:
    """The clauses that name a channel and say how it is to change; others join the one before."""
    pieces: list[str] = []
    open_piece = ""
    for piece in _CUT.split(text):
        open_piece = f"{open_piece} {piece}".strip()
        if _is_whole(open_piece):
            pieces.append(open_piece)
            open_piece = ""
        elif pieces and not read_wanted(open_piece).channels:
            pieces[-1] = f"{pieces[-1]} {open_piece}"
            open_piece = ""
    return [read_wanted(piece) for piece in pieces]


def _is_whole(piece: str) -> bool:
    wanted = read_wanted(piece)
    return bool(wanted.channels) and wanted.changes_something


def _bare(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def unknown_channels(wanted: Wanted, found: Sequence[str]) -> list[str]:
    """The channels a message names for which no draft was found."""
    return [name for name in wanted.channels if name not in found]
