"""Brief facts in a message: what was said, no more. Corrections and short answers lean on what was known and asked."""

import re
from collections.abc import Mapping
from datetime import date

from agents.language import told_figures
from agents.language.amounts import amounts, fallback_currency, find_budget, known_currency, no_budget, renamed_currency
from agents.language.answers import answer_to, answers_otherwise, bare_number, known_budget, plausible_answer
from agents.language.audience import find_audience, people_alone, whom_for
from agents.language.businesses import called, find_business
from agents.language.channels import known_channels, mentions, read_channels
from agents.language.corrections import (
    cleared_fields,
    is_correction,
    meant_people,
    meant_place,
    moved_day,
    people_instead,
    scaled_budget,
    scaled_goal,
)
from agents.language.fragments import find_kind, find_note, find_town, loose_thing, thing_alone
from agents.language.goals import Goal, find_goal, wants
from agents.language.labelled import labelled
from agents.language.lone_figures import is_goal, means_goal, means_price
from agents.language.no_money import no_money
from agents.language.phrases import plain_phrase, short_clean
from agents.language.places import country_of, find_location, names_place, with_those_beside
from agents.language.prohibitions import prohibition
from agents.language.reading import BriefReading, Value
from agents.language.sentences import essential, statements, tidy
from agents.language.stated import faint_facts, is_no_place, longer, phrase, refused, told_roles, unlikely
from agents.language.subject import find_product
from agents.language.tagger import PHRASES, Hint, Tags, tag
from agents.language.titles import titled
from agents.language.voice import find_voice
from agents.language.when import When, as_date, find_when
from agents.language.world import towns_in
from core.money import Money

_GOALS = (None, "goal_value", "goal_metric", "objective")
_ALONE = {"target_audience": people_alone, "product": thing_alone}
_IN_FULL = ("target_audience", "objective", "product", "business")  # a short answer is kept whole
_STRICT = frozenset(("budget", "event_date", "start_date", "end_date", "channels"))
DAYS = ("event_date", "end_date", "start_date")


def read_brief(
    text: str, *, today: date, asked: str | None = None, known: Mapping[str, object] | None = None
) -> BriefReading:
    """Read the brief facts out of ``text``; see BriefReading. Never raises, whatever the text."""
    reader = _reader(text, today, asked, known or {})
    return reader.read() if reader else BriefReading()


def ruled(
    text: str, *, today: date, asked: str | None = None, known: Mapping[str, object] | None = None
) -> tuple[str, list[Hint]]:
    """The part of ``text`` that states something, and what the rules take its places for: what the tagger goes by."""
    reader = _reader(text, today, asked, known or {})
    return reader.hints() if reader else ("", [])


def _reader(text: str, today: date, asked: str | None, known: Mapping[str, object]) -> "_Reader | None":
    plain = essential(tidy(text))
    said = statements(plain)
    return _Reader(said, today, asked, known, asks=said.strip() != plain.strip()) if said.strip() else None


class _Reader:
    """Reads one message; later facts see the places earlier ones took."""

    def __init__(self, said: str, today: date, asked: str | None, known: Mapping[str, object], *, asks: bool) -> None:
        self._said = said
        self._today = today
        self._asked = asked
        self._known = known
        self._asks = asks  # a message that asks back answers only with what is plain to read
        self._values: dict[str, Value] = {}
        self._removed: tuple[str, ...] = ()
        free = asked == "budget" and no_money(said, answer=True) is not None
        self._answering = asked is not None and (free or plausible_answer(said))
        self._left = said
        self._hints: list[Hint] = []
        self._budget_place: tuple[int, int] | None = None
        self._priced = False  # whether a sum is the price of what was asked for
        self._reckoned = False  # whether the budget follows from the known one: doubled, 200 less
        self._goal_place: tuple[int, int] | None = None
        self._goal_is_sum = False
        self._settled: tuple[str, ...] = ()  # fields a correction leaves no doubt about
        self._loose = ""  # a product that no more than its place in the message speaks for
        self._place: tuple[int, int] | None = None
        self._when_found = When()
        self._corrected = False  # whether a lone figure has changed a known one

    def hints(self) -> tuple[str, list[Hint]]:
        """The text read, and what the rules take its places for."""
        self._rules()
        return self._said, self._hints

    def read(self) -> BriefReading:
        self._rules()
        self._numbers()
        self._tagged()
        self._labelled()
        if "target_audience" not in self._values and not self._values.keys() & _STRICT:
            self._set("target_audience", short_clean(meant_people(self._said, self._known)))
        if self._asked and self._answering and not self._asks:
            self._answer()
        self._local_currency()
        self._set("location", with_those_beside(self._said, str(self._values.get("location", ""))))
        self._set("product", titled(self._said, self._values.get("product"), self._known.get("product")))
        self._removed += cleared_fields(self._said)
        if not self._values and not self._removed and prohibition(self._said):
            self._set("additional_context", self._said.strip())
        return BriefReading(self._values, tuple(dict.fromkeys(self._removed)))

    def _rules(self) -> None:
        self._budget()
        self._when()
        self._goal()
        self._channels()
        self._location()
        self._audience()
        self._words()

    def _hint(self, name: str, start: int, end: int) -> None:
        self._hints.append(Hint(start, end, name))

    def _tagged(self) -> None:
        """Phrases as the tagger sees them: it has looked at what the rules found, and decides."""
        tags = tag(self._said, self._asked, self._hints)
        self._tagged_days(tags)
        self._tagged_figures(tags)
        self._tagged_channels(tags)
        skipped = {*self._settled, *(("product", "business") if self._about_something_else() else ())}
        if self._asked and not self._answering and len(self._said.split()) <= 6:
            skipped.add(self._asked)  # a command or small talk instead of an answer
        if is_no_place(tags, self._place, self._asked, self._known):
            self._values.pop("location", None)
            skipped.add("location")
        self._doubted(tags)
        for name in PHRASES:
            if name in skipped:
                continue
            ruled = self._values.get(name)
            said = ruled if isinstance(ruled, str) and ruled != self._loose else ""
            words = phrase(name, tags, said, self._hints)
            if not (isinstance(ruled, str) and longer(ruled, words)):
                self._set(name, words)
        if self._asked is None:
            if not (self._values.get("target_audience") or self._known.get("target_audience")):
                self._set("target_audience", whom_for(str(self._values.get("product", ""))))
            for name, words in faint_facts(tags, self._values, self._known, self._hints).items():
                self._set(name, words)

    def _about_something_else(self) -> bool:
        """Whether a short answer is to a question about neither the thing nor the business."""
        return self._answering and self._asked not in {None, "product", "business"} and len(self._said.split()) <= 12

    def _doubted(self, tags: Tags) -> None:
        """Takes back phrases of the rules that the tagger is sure are something else."""
        for name in ("product", "location", "target_audience"):
            words = self._values.get(name)
            if not isinstance(words, str) or self._asked is not None or self._known.get(name):
                continue
            if not (name == "location" and country_of(f"in {words}")) and unlikely(name, tags, words):
                self._values.pop(name)
                if name == "product" and words != self._loose:
                    self._fragment()

    def _tagged_days(self, tags: Tags) -> None:
        """Days in other roles than the words right before them suggest, where the tagger is sure."""
        told = told_roles(tags, self._when_found)
        if told:
            for name in ("event_date", "start_date", "end_date", "timeline"):
                self._values.pop(name, None)
            self._set_when(self._find_when(told))

    def _tagged_figures(self, tags: Tags) -> None:
        """The sum to spend and the figure to reach, where the tagger is sure of one the rules did not choose."""
        if self._corrected:
            return
        if "budget" not in self._removed and not self._reckoned and not self._priced:
            self._tagged_sum(tags)
        elsewhere = self._answering and self._asked not in (*_GOALS, "target_audience")
        if elsewhere and len(self._said.split()) <= 12 and not self._goal_place:
            return
        if (told := told_figures.told_figure(tags, self._budget_place)) is not None:
            value, start, end = told
            if self._goal_place and not (self._goal_place[0] < end and start < self._goal_place[1]):
                self._values.pop("goal_metric", None)
                self._values.pop("objective", None)
            self._set("goal_value", value)
            if "goal_metric" not in self._values and not self._known.get("goal_metric"):
                self._set("goal_metric", told_figures.counted(self._said, start, end))
        elif self._goal_place and self._asked not in _GOALS[1:] and told_figures.no_figure(tags, self._goal_place):
            self._values.pop("goal_value", None)
            self._values.pop("goal_metric", None)

    def _tagged_sum(self, tags: Tags) -> None:
        place, found = told_figures.budget_told(tags, self._known, self._budget_place)
        if found:
            self._set("budget", found.money(fallback_currency(self._said, self._known)))
        elif place is None and self._budget_place and self._asked != "budget":
            self._values.pop("budget", None)

    def _local_currency(self) -> None:
        budget, location = self._values.get("budget"), self._values.get("location")
        if isinstance(budget, Money) and isinstance(location, str) and not self._reckoned:
            self._set("budget", told_figures.in_local_money(budget, self._said, {**self._known, "location": location}))

    def _labelled(self) -> None:
        for name, words, weak in labelled(self._said):
            if not (weak and name in self._values):
                self._set(name, words)

    def _hide(self, start: int, end: int, mark: str = ";") -> None:
        self._left = self._left[:start] + mark + " " * max(0, end - start - 1) + self._left[end:]

    def _set(self, name: str, value: Value | None) -> None:
        if isinstance(value, str) and name in _ALONE:
            value = _ALONE[name](value)
            value = "" if name == "target_audience" and self._asked is None and names_place(value) else value
        if value is not None and value != "":
            self._values[name] = value

    def _budget(self) -> None:
        asked = self._asked if self._answering or self._asked != "budget" else None
        found = find_budget(self._said, self._known, asked=asked)
        self._priced = self._answering and means_price(self._said, self._asked)
        if self._priced or (found and not found.currency and means_goal(self._said, self._asked, self._known)):
            found = None
        if found and found.value < 10**11:
            self._budget_place = (found.start, found.end) if found.value else None
            self._set("budget", found.money(fallback_currency(self._said, self._known)))
            self._hide(found.start, found.end)
        named, before = self._values.get("budget"), known_budget(self._known)
        only = self._known.get("goal_value") is None or self._asked == "budget"
        scaled = scaled_budget(self._said, before, named if isinstance(named, Money) else None, only=only)
        self._reckoned = scaled is not None
        self._set("budget", scaled)
        if before and "budget" not in self._values and (currency := renamed_currency(self._said)):
            self._set("budget", Money.of(before.major, currency))
        if self._budget_place:
            self._hint("budget", *self._budget_place)
        for amount in amounts(self._said, self._known):
            self._hint("sum", amount.start, amount.end)
            if no_budget(self._said, amount, answer=self._asked == "budget"):
                self._hint("price", amount.start, amount.end)
        for amount in amounts(self._left, self._known):
            self._hide(amount.start, amount.end, " ")

    def _when(self) -> None:
        when = self._when_found = self._find_when({})
        self._set_when(when)
        for (start, end), role in zip(when.spans, when.roles, strict=True):
            self._hint("day", start, end)
            if role:
                self._hint(role, start, end)
            self._hide(start, end)

    def _find_when(self, told: Mapping[int, str]) -> When:
        money = self._values.get("budget")
        currency = money.currency if isinstance(money, Money) else known_currency(self._known)
        asked = self._asked if self._answering else None
        return find_when(self._said, self._today, asked=asked, known=self._known, currency=currency, told=told)

    def _set_when(self, when: When) -> None:
        self._set("event_date", when.event_date)
        self._set("start_date", when.start_date)
        self._set("end_date", when.end_date)
        self._set("timeline", when.timeline)
        for name in DAYS:
            if before := as_date(self._known.get(name)):
                told = next((as_date(self._values.get(one)) for one in DAYS if one in self._values), None)
                self._set(name, moved_day(self._said, before, told))
                break

    def _goal(self) -> None:
        goal = find_goal(told_figures.without_budget(self._said, self._known), self._known)
        elsewhere = self._answering and self._asked not in _GOALS and len(self._said.split()) <= 12
        if goal and not (elsewhere and not wants(self._said) and not is_goal(self._said, goal, self._asked)):
            self._set_goal(goal)
            start, end = goal.span
            self._hint("goal_value", start, end)
            self._goal_place = (start, end) if goal.value is not None else None
            self._goal_is_sum = any(one.start == start for one in amounts(self._said, self._known))
            if goal.value is not None:
                self._hide(start, end)

    def _set_goal(self, goal: Goal) -> None:
        self._set("objective", goal.objective)
        self._set("goal_metric", goal.metric)
        self._set("goal_value", goal.value)

    def _channels(self) -> None:
        for mention in mentions(self._said):
            self._hint("channel", mention.start, mention.end)
            if not mention.wanted:
                self._hint("not_wanted", mention.start, mention.end)
        self._set_channels({})

    def _set_channels(self, told: Mapping[int, bool]) -> None:
        asked = self._asked == "channels" and self._answering
        channels, removed = read_channels(self._said, known_channels(self._known), asked=asked, told=told)
        self._set("channels", channels)
        self._removed += removed

    def _tagged_channels(self, tags: Tags) -> None:
        """Without channels that only the tagger sees refused: I had Instagram but it was hacked."""
        told = {one.start: False for one in mentions(self._said) if one.wanted and refused(tags, one.start, one.end)}
        if told:
            self._values.pop("channels", None)
            self._removed = ()
            self._set_channels(told)

    def _location(self) -> None:
        for start, end in towns_in(self._said):
            self._hint("town", start, end)
        if meant := meant_place(self._said, self._known):
            self._set("location", meant)
            return
        if found := find_location(self._left):
            self._hint("location", found[0], found[1])
            self._place = (found[0], found[1])
            self._set("location", found[2])
        elif sum(name in self._values for name in ("budget", "goal_value", "channels", "event_date")) >= 2:
            self._set("location", find_town(self._said, str(self._values.get("business", ""))))

    def _audience(self) -> None:
        if rather := people_instead(self._said, self._known):
            self._set("target_audience", rather)
            self._settled = ("target_audience",)
        elif found := find_audience(self._left):
            self._hint("target_audience", found[0], found[1])
            self._set("target_audience", found[2])

    def _words(self) -> None:
        asked_voice = self._asked == "voice" and self._answering
        voice = find_voice(self._said, asked=asked_voice)
        short = asked_voice and not voice and len(self._said.split()) <= 14 and not self._asks
        self._set("voice", plain_phrase(self._said.strip()) if short else voice)
        if self._about_something_else():
            pass
        elif found := find_product(self._left):
            self._hint("product", found[0], found[1])
            self._set("product", found[2])
        elif self._asked in {None, "product"} and not self._known.get("product"):
            self._fragment()
        if called(self._said):
            self._settled = (*self._settled, "business")
        business = find_business(self._said) or find_kind(self._said) or str(self._values.get("business", ""))
        if business and (place := self._said.find(business)) >= 0:
            self._hint("business", place, place + len(business))
        if business.lower() != str(self._values.get("product", "")).lower():
            self._set("business", business)
        self._set("additional_context", find_note(self._said))

    def _fragment(self) -> None:
        """The thing itself said without a verb, where enough facts around it show that this is a brief."""
        self._loose = loose_thing(self._left, self._values)
        self._set("product", self._loose)

    def _numbers(self) -> None:
        """A lone figure that corrects something: which field it means follows from what is known."""
        self._set("goal_value", scaled_goal(self._said, self._known.get("goal_value")))
        correcting = is_correction(self._said, self._known)
        if (
            correcting
            and self._values.get("goal_value") == self._known.get("goal_value")
            and len(self._said.split()) <= 12
        ):
            self._values.pop("goal_value", None)  # the figure taken back
        if "budget" in self._values or "goal_value" in self._values:
            return
        if correcting:
            name, value = bare_number(self._left, self._known, self._asked)
            if name == "budget" and value is not None:
                self._set("budget", Money.of(value, fallback_currency(self._said, self._known)))
            elif name == "goal_value" and value is not None:
                self._set("goal_value", int(value))
            self._corrected = name in self._values

    def _in_full(self, asked: str) -> None:
        if re.search(r"[^\W\d]", words := plain_phrase(self._said.strip())):
            self._set(asked, words)
        elif asked == "target_audience" and words.isdigit():
            self._set("goal_value", int(words))

    def _answer(self) -> None:
        asked = self._asked or ""
        if answers_otherwise(asked, self._said, self._values, figure=self._goal_place is not None):
            return
        if asked in _IN_FULL and not (_STRICT & self._values.keys()) and len(self._said.split()) <= 14:
            self._in_full(asked)
        for name, value in answer_to(asked, self._said.strip(), self._values, self._known).items():
            self._set(name, value)
