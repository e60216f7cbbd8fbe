"""The measurement itself: the layout is read as data sets write it, and recall finds the evidence kept aside."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.errors import InvalidInput
from memory.memories import Memories
from memory.trial.evidence import Answer, answers, summed
from memory.trial.layout import merged, read_conversations
from memory.trial.speed import percentile, turns_of

DATA = Path(__file__).parents[2] / "bench" / "data" / "memory"

CONVERSATION: dict[str, Any] = {
    "speaker_a": "Ana",
    "speaker_b": "Ben",
    "session_2_date_time": "9:05 am on 3 February, 2023",
    "session_2": [{"speaker": "Ben", "dia_id": "D2:1", "text": "The van is here.", "blip_caption": "a yellow van"}],
    "session_1_date_time": "4:04 pm on 20 January, 2023",
    "session_1": [
        {"speaker": "Ana", "dia_id": "D1:1", "text": "Hello Ben!"},
        {"speaker": "Ben", "dia_id": "D1:2", "text": "Hello."},
    ],
}
QUESTIONS: list[dict[str, Any]] = [
    {"question": "What colour is Ben's van?", "answer": "yellow", "evidence": ["D2:1"], "category": 4},
    {"question": "Who greeted whom?", "answer": "both", "evidence": ["D1:1; D1:02", "D9:9"], "category": 1},
    {"question": "No evidence?", "answer": "", "evidence": [], "category": 3},
    {"question": "What did Ana buy?", "adversarial_answer": "", "evidence": ["D2:1"], "category": 5},
]


@pytest.mark.parametrize("form", ["flat", "list", "folder"])
def test_every_form_of_the_layout_is_read(tmp_path: Path, form: str) -> None:
    path = tmp_path / "one.json"
    flat = CONVERSATION | {"qa": QUESTIONS}
    path.write_text(
        json.dumps(flat if form != "list" else [{"sample_id": "x", "conversation": CONVERSATION, "qa": QUESTIONS}])
    )
    (conversation,) = read_conversations(tmp_path if form == "folder" else path)
    assert [turn.turn_id for turn in conversation.turns] == ["D1:1", "D1:2", "D2:1"]
    assert conversation.turns[0].said == datetime(2023, 1, 20, 16, 4, tzinfo=UTC)
    assert conversation.turns[1].said > conversation.turns[0].said
    assert conversation.turns[2].text == "The van is here. [a yellow van]"
    assert [sorted(question.evidence) for question in conversation.questions] == [["D2:1"], ["D1:1", "D1:2"], ["D2:1"]]


@pytest.mark.parametrize(
    "content", ["not json", "[]", "[1]", json.dumps(CONVERSATION), json.dumps(CONVERSATION | {"qa": []})]
)
def test_what_is_no_such_data_set_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "one.json"
    path.write_text(content)
    with pytest.raises(InvalidInput):
        read_conversations(path)


def test_a_time_in_another_form_is_told(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps(CONVERSATION | {"session_1_date_time": "yesterday", "qa": QUESTIONS}))
    with pytest.raises(InvalidInput, match="yesterday"):
        read_conversations(path)


def test_a_path_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="nothing at"):
        read_conversations(tmp_path / "none.json")


@pytest.mark.parametrize(
    "changes",
    [
        {"session_1_date_time": None},
        {"session_1_date_time": "", "session_2_date_time": ""},
        {"session_1_date_time": "4:04 PM on 20 January , 2023"},
        {"session_1_date_time": "2023-01-20 16:04"},
        {"session_3": None, "session_3_date_time": "1:00 pm on 4 May, 2023"},
        {
            "session_1": [
                {"speaker": "Ana", "text": "Hello Ben!"},
                {"speaker": "Ben", "dia_id": " D1:02 ", "text": None},
            ]
        },
        {"session_2": [{"dia_id": "D2:1", "text": "", "blip_caption": "a yellow van"}]},
    ],
)
def test_what_data_sets_leave_out_is_borne(tmp_path: Path, changes: dict[str, Any]) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps(CONVERSATION | changes | {"qa": QUESTIONS}))
    (conversation,) = read_conversations(path)
    assert [turn.turn_id for turn in conversation.turns] == ["D1:1", "D1:2", "D2:1"]
    assert conversation.turns[0].said < conversation.turns[2].said
    assert "None" not in "".join(turn.text + turn.speaker for turn in conversation.turns)
    assert len(conversation.questions) == 3


@pytest.mark.parametrize("evidence", ["D1:1", ["D1:1; D2:1"], ["D1:1 D2:1"], [" D1:1 ", "D", "D9:9"], ["D:1:1"]])
def test_evidence_is_read_however_it_is_written(tmp_path: Path, evidence: object) -> None:
    path = tmp_path / "one.json"
    asked = {"question": "Who?", "answer": 5, "evidence": evidence}
    path.write_text(json.dumps({"a": {"conversation": CONVERSATION, "qa": [asked, {"question": "None?"}]}}))
    ((question,),) = [conversation.questions for conversation in read_conversations(path)]
    assert "D1:1" in question.evidence
    assert question.evidence <= {"D1:1", "D2:1"}
    assert question.category == 4


async def test_the_evidence_kept_aside_is_found(memories: Memories) -> None:
    found = await answers(memories, merged(read_conversations(DATA / "held_out")))
    finding = summed(found)
    assert finding is not None
    assert finding.questions > 150
    assert finding.recall_at_5 >= 0.76
    assert finding.recall_at_10 >= 0.84
    assert finding.hit_at_10 >= 0.88


def test_all_conversations_become_one_of_the_same_people() -> None:
    conversations = read_conversations(DATA / "tune")
    whole = merged(conversations)
    assert {turn.speaker for turn in whole.turns} == {"Nadia", "Owen"}
    assert len({turn.turn_id for turn in whole.turns}) == sum(len(one.turns) for one in conversations)
    assert len({turn.session for turn in whole.turns}) == sum(
        len({turn.session for turn in one.turns}) for one in conversations
    )
    there = {turn.turn_id for turn in whole.turns}
    assert all(question.evidence <= there for question in whole.questions)
    assert not any("Ruth" in turn.text or "Tessa" in turn.text for turn in whole.turns)


def test_means_leave_the_adversarial_apart() -> None:
    found = [Answer(4, 1.0, 1.0, 0.0), Answer(1, 0.0, 0.5, 0.0), Answer(5, 0.0, 0.0, 0.0)]
    together = summed(found)
    assert together is not None
    assert (together.questions, together.recall_at_5, together.recall_at_10, together.hit_at_10) == (2, 0.5, 0.75, 1.0)
    apart = summed(found, 5)
    assert apart is not None
    assert apart.hit_at_10 == 0
    assert summed(found, 2) is None


def test_turns_for_speed_have_ids_of_their_own() -> None:
    turns = turns_of(read_conversations(DATA / "tune"), 1500)
    assert len({turn.message_id for turn in turns}) == 1500


def test_percentiles() -> None:
    values = [float(number) for number in range(1, 101)]
    assert (percentile(values, 0.5), percentile(values, 0.95), percentile([7.0], 0.95)) == (51.0, 96.0, 7.0)
