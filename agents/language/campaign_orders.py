"""Orders about a whole campaign: launch it, pause it, go on, cancel it, stop everything. Only what can't mean else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Order = Literal["launch", "pause", "resume", "cancel", "stop"]
Mode = Literal["full_auto", "hybrid", "semi_auto"]

_LEAD = (
    r"^\W*(?:(?:ok(?:ay)?|yes|yep|great|good|perfect|lovely|thanks?|thank you|please|pls|now|right|so|and|then|alright|"
    r"let'?s|can you|could you|go ahead and|i want (?:you )?to|i'?d like (?:you )?to)\W+)*"
)
_THE_CAMPAIGN = r"(?:(?:the|this|my|our|that) )?(?:whole |entire )?campaign"
_TAIL = (
    r"(?:\W+(?:now|please|pls|today|then|right away|immediately|at once|for now|for good|completely|again|"
    r"thanks?|thank you|until [\w ]{2,30}))*"
)
_MODE = (
    r"(?:[\W]+(?:(?:in|on|with|as) )?"
    r"(?P<mode>full(?:y)?[ _-]?auto(?:matic(?:ally)?)?|hybrid|semi[ _-]?auto(?:matic)?)(?: mode)?)?"
)
_WORDS: Mapping[Order, str] = MappingProxyType(
    {
        "launch": rf"(?:(?:launch|start|kick off|run|begin) (?:it|{_THE_CAMPAIGN})|launch"
        rf"|(?:set|put) {_THE_CAMPAIGN} live|let (?:it|{_THE_CAMPAIGN}) run){_MODE}",
        "pause": rf"(?:pause|suspend|freeze|halt) {_THE_CAMPAIGN}|put {_THE_CAMPAIGN} on hold|pause it",
        "resume": rf"(?:resume|unpause|continue|restart|go on with|carry on with) {_THE_CAMPAIGN}|resume it"
        r"|(?:setze? |lass )?(?:die |unsere )(?:kampagne|aktion) (?:fort|fortsetzen|weiterlaufen|weiter laufen lassen)"
        r"|(?:reprends|reprenez|reprendre|relancez?) la campagne|(?:reanuda|reanude|reanudar|continúa) la campaña",
        "cancel": rf"(?:cancel|call off|abort|scrap|end|terminate) {_THE_CAMPAIGN}",
        "stop": r"stop (?:(?:absolutely )?everything|all (?:of it|campaigns|posts|publishing|posting)|it all)",
    }
)
_ORDERS: tuple[tuple[Order, re.Pattern[str]], ...] = tuple(
    (order, re.compile(rf"{_LEAD}(?:{words}){_TAIL}\W*$", re.IGNORECASE)) for order, words in _WORDS.items()
)


@dataclass(frozen=True, slots=True)
class CampaignOrder:
    """What is to be done with the campaign, and how much of it is to be asked for, where a launch says so."""

    order: Order
    mode: Mode | None = None


def campaign_order(text: str) -> CampaignOrder | None:
    """Return the order a message gives, or None where it is about anything else."""
    plain = " ".join(text.split())
    for order, pattern in _ORDERS:
        if found := pattern.match(plain):
            return CampaignOrder(order, _mode(found.groupdict().get("mode")))
    return None


def _mode(said: str | None) -> Mode | None:
    if not said:
        return None
    word = said.lower()
    if word.startswith("full"):
        return "full_auto"
    return "hybrid" if word.startswith("hybrid") else "semi_auto"
