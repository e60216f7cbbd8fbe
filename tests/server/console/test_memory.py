"""The memory page: finding with reasons, where a memory comes from, correcting, forgetting, switching, tidying."""

import json
import re
from pathlib import Path

import pytest

from core.ids import new_id
from core.scope import Scope
from db.agent_memory import AGENT_MEMORY, AgentMemory
from memory.recollection import NewMemory
from server.console.memory_trial import FIGURES, QUESTIONS
from server.services import Services
from tests.server.conftest import Person
from tests.server.console.conftest import posted, said

HERE = "/console/memory"
DOCS = Path(__file__).parents[3] / "docs" / "memory.md"
HOSTILE = "Our slogan is <img src=x onerror=alert(1)> and <b>bread</b>."


async def noted(person: Person, text: str) -> str:
    answer = await posted(person, HERE, content=text)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].rpartition("/")[2]


async def page(person: Person, path: str = HERE) -> str:
    answer = await person.client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_a_question_is_answered_with_score_and_reason_and_filters_hold(person: Person) -> None:
    await noted(person, "Our delivery fee is £3.")
    await noted(person, "We never use emojis.")
    found = await page(person, f"{HERE}?q=delivery+fee&kind=insight")
    assert "Our delivery fee is £3." in found
    assert "Says “delivery”, “fee”" in found
    assert re.search(r'class="score" title="lexical [\d.]+', found)
    assert "emojis" not in found
    wishes = await page(person, f"{HERE}?kind=preference")
    assert "We never use emojis." in wishes
    assert "delivery" not in wishes
    assert "Nothing learnt yet" in await page(person, f"{HERE}?scope=agent")
    assert "Nothing of this kind" in await page(person, f"{HERE}?scope=agent&kind=pattern")


async def test_a_correction_shows_its_history_and_forgetting_names_what_goes_along(
    person: Person, stranger: Person, viewer: Person
) -> None:
    first = await noted(person, "Our budget is £5,000.")
    corrected = await posted(person, f"{HERE}/{first}", content="Our budget is £8,000.")
    now = corrected.headers["location"]
    assert "kept as history" in said(corrected)
    shown = await page(person, now)
    assert shown.index("Our budget is £5,000.") < shown.index("holds now")
    assert "Forget these 2" in shown
    assert "This no longer holds" in await page(person, f"{HERE}/{first}")
    assert "Forget" not in await page(viewer, now)
    for refused, status in ((viewer, 403), (stranger, 404)):
        assert (await posted(refused, f"{now}/forget")).status_code == status
        assert (await posted(refused, now, content="Mine")).status_code == status
    assert (await stranger.client.get(now)).status_code == 404
    assert "with 1 more" in said(await posted(person, f"{now}/forget"))
    assert "Nothing remembered yet" in await page(person)
    assert (await person.client.get(now)).status_code == 404


async def test_what_may_not_be_kept_is_refused_in_words(person: Person) -> None:
    answer = await posted(person, HERE, content="sk-proj-Zk3xQ9aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789abcd")
    assert answer.headers["location"] == HERE
    assert "This was not remembered" in said(answer)
    assert "Nothing remembered yet" in await page(person)


async def test_weight_pin_and_switches_hold(person: Person, services: Services) -> None:
    memory_id = await noted(person, "We never use emojis.")
    await posted(person, f"{HERE}/{memory_id}/weigh", importance="9", pinned="on")
    kept = (await person.client.get(f"/api/v1/memory/{memory_id}")).json()
    assert (kept["pinned"], kept["importance"]) == (True, 9)
    assert (await posted(person, f"{HERE}/{memory_id}/weigh", importance="11")).status_code == 422
    await posted(person, f"{HERE}/switch", on="")
    assert "Memory is off for you." in await page(person)
    conversation = await person.conversation()
    await posted(person, f"{HERE}/switch", on="on")
    await posted(person, f"{HERE}/switch", on="", conversation_id=conversation)
    assert "Off in these conversations" in await page(person)
    scope = Scope(person.user_id, person.user_id, "user")
    assert await services.memory.desk.switches.is_on(scope)
    assert not await services.memory.desk.switches.is_on(scope, conversation)


async def test_tidying_reports_what_it_did(person: Person) -> None:
    assert "Not tidied yet" in await page(person, f"{HERE}/tidied")
    await noted(person, "Our delivery fee is £3.")
    assert (await posted(person, f"{HERE}/tidy")).headers["location"] == f"{HERE}/tidied"
    assert "Nothing was wrong" in await page(person, f"{HERE}/tidied")
    assert "memories checked" in await page(person, f"{HERE}/tidied")


async def test_pages_of_many_and_what_the_team_has_learnt(person: Person, services: Services) -> None:
    scope = Scope(person.user_id, person.user_id, "user")
    many = [NewMemory("user_message", f"Message number {number} about bread") for number in range(30)]
    await services.memory.memories.remember(scope, many)
    first = await page(person)
    assert first.count('<li><a href="/console/memory/mem_') == 25
    older = re.search(r'href="(/console/memory\?cursor=[^"]+)"', first)
    assert older
    assert (await page(person, older[1])).count('<li><a href="/console/memory/mem_') == 5
    learnt = AgentMemory(
        memory_id=new_id("agm"), agent_name="writer", memory_type="pattern", content="Short texts do well"
    )
    stored = await services.repository(AGENT_MEMORY, scope).insert(learnt)
    assert "Short texts do well" in await page(person, f"{HERE}?scope=agent")
    assert "spoke for it" in await page(person, f"{HERE}/{stored.memory_id}")
    assert "Forgotten" in said(await posted(person, f"{HERE}/{stored.memory_id}/forget"))
    assert "Short texts do well" not in await page(person, f"{HERE}?scope=agent")


async def test_hostile_text_stays_text_and_the_export_holds_everything(person: Person) -> None:
    memory_id = await noted(person, HOSTILE)
    for path in (HERE, f"{HERE}/{memory_id}", f"{HERE}?q=slogan+%3Cscript%3E"):
        text = await page(person, path)
        assert "&lt;img src=x" in text
        assert "<img src=x" not in text
        assert "<script>" not in text
    exported = await person.client.get("/api/v1/memory/export")
    assert exported.headers["content-disposition"] == 'attachment; filename="memory.jsonl"'
    (line,) = exported.text.splitlines()
    assert json.loads(line)["content"] == HOSTILE
    assert "embedding" not in json.loads(line)


@pytest.mark.parametrize("which", range(len(FIGURES)))
def test_the_published_figures_are_those_of_the_docs(which: int) -> None:
    rows = [
        tuple(int(cell) for cell in re.findall(r"(\d+) %", line))
        for line in DOCS.read_text().splitlines()
        if re.search(r"\| \d+ % \| \d+ % \| \d+ % \|", line)
    ]
    assert FIGURES[which][1:] in rows
    assert FIGURES[-1][1:] == rows[-1]
    assert f"the {QUESTIONS} questions kept aside" in DOCS.read_text()
