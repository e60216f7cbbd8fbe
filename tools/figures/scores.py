"""How each post of an account did against the account's own usual; see ``formulas.score`` for the formula."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from db.social_posts import ResultAnalytics
from tools.figures.formulas import MOST_COMPARABLE, Number, engagement, engagement_rate, ratio, score

# A younger post is still being seen: it is compared with others, but nothing is compared with it yet.
SETTLED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """A post on one account. Posts of one ``form``, such as video or text, are comparable."""

    key: str
    form: str
    published_at: datetime
    figures: ResultAnalytics


@dataclass(frozen=True, slots=True)
class Scores:
    """From 0 to 100, where 50 is the usual post; None where that can't be told."""

    performance: int | None
    virality: int | None


def scores_of(account: Iterable[Entry], now: datetime) -> dict[str, Scores]:
    """Return the scores of the posts of one account.

    Performance compares engagement by views, or engagement itself where the platform tells no views; virality compares
    shares by views. Comparable are the posts of the same form that went out before.
    """
    earlier: dict[str, tuple[list[Number], list[Number]]] = defaultdict(lambda: ([], []))
    found: dict[str, Scores] = {}
    for entry in sorted(account, key=lambda item: (item.published_at, item.key)):
        acted, spread = _acted(entry.figures), _spread(entry.figures)
        actions, spreads = earlier[entry.form]
        found[entry.key] = Scores(score(acted, actions), score(spread, spreads))
        if now - entry.published_at >= SETTLED:
            _remember(actions, acted)
            _remember(spreads, spread)
    return found


def _acted(figures: ResultAnalytics) -> Number | None:
    acted = engagement(figures.likes, figures.comments, figures.shares)
    return acted if figures.views is None else engagement_rate(acted, figures.views)


def _spread(figures: ResultAnalytics) -> Decimal | None:
    return ratio(figures.shares, figures.views)


def _remember(values: list[Number], value: Number | None) -> None:
    if value is not None:
        values.append(value)
        del values[:-MOST_COMPARABLE]
