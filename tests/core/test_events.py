"""Every event of the union has a wire form that the models of ag-ui-protocol read and write back unchanged."""

import inspect
import json
from typing import get_args

import pytest
from ag_ui.core import Event as AgUiEvent
from pydantic import TypeAdapter

import core.events
from core.campaign_progress import CampaignProgress
from core.events import (
    ApprovalDecided,
    ContextChanged,
    Event,
    Interrupt,
    MemoryRecalled,
    RecalledMemory,
    Routed,
    RunFailed,
    RunFinished,
    RunStarted,
    StepFinished,
    StepStarted,
    TextDelta,
    TextEnded,
    TextStarted,
    ToolCallArguments,
    ToolCallEnded,
    ToolCallFinished,
    ToolCallStarted,
    Usage,
    UserMessageAccepted,
)
from core.frame_refused import FrameRefused

READER: TypeAdapter[AgUiEvent] = TypeAdapter(AgUiEvent)
INTERRUPT = Interrupt(
    approval_id="apr_1",
    call_id="call_1",
    request_type="publish",
    message="Publish 2 posts?",
    payload={"posts": [{"text": "Open on 3 December"}]},
    payload_hash="9f",
    expires_at="2026-11-27T09:00:00Z",
)
EXAMPLES: tuple[Event, ...] = (
    RunStarted("cnv_1", "run_1"),
    RunStarted("cnv_1", "run_2", parent_run_id="run_1"),
    UserMessageAccepted("msg_1", "client-1", "Hello"),
    Routed(("strategist", "writer"), "plan, then write", "local", 0.98765),
    MemoryRecalled((RecalledMemory("mem_1", "preference", 0.98765, "a standing wish"),), searched=12),
    StepStarted("writer"),
    StepFinished("writer"),
    TextStarted("msg_2", "writer"),
    TextDelta("msg_2", "Two "),
    TextEnded("msg_2", "writer", "Two drafts."),
    ToolCallStarted("call_1", "save_draft"),
    ToolCallArguments("call_1", '{"platform": "instagram"}'),
    ToolCallEnded("call_1"),
    ToolCallFinished("msg_3", "call_1", '{"content_id": "cnt_1"}', ok=False),
    ContextChanged({"campaign_brief": {"product": "bakery"}, "collected_info": {}, "ready_to_plan": False}),
    CampaignProgress("cmp_1", "task_done", "The Instagram texts are written.", {"pieces": 8}),
    ApprovalDecided("apr_1", "approve", "usr_1", "2026-11-20T10:00:00Z"),
    RunFinished("cnv_1", "run_1", usage=(Usage("gpt-4o", 100, 20),)),
    RunFinished("cnv_1", "run_1", outcome="cancelled"),
    RunFinished("cnv_1", "run_1", outcome="interrupt", interrupts=(INTERRUPT,)),
    RunFailed("run_1", "The model server is busy.", "model_unavailable", retry_after=2.0),
    FrameRefused("That frame is no JSON object.", "invalid_input"),
)


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: type(event).__name__)
def test_the_wire_form_is_an_ag_ui_event(event: Event) -> None:
    wire = event.wire()
    read = READER.validate_python(wire)
    assert json.loads(read.model_dump_json(by_alias=True, exclude_none=True)) == json.loads(json.dumps(wire))


def test_the_models_refuse_what_is_no_ag_ui_event() -> None:
    with pytest.raises(ValueError, match="stepName"):
        READER.validate_python({"type": "STEP_STARTED"})


def test_every_event_has_an_example() -> None:
    assert {type(event) for event in EXAMPLES} == set(get_args(Event))


def test_every_event_of_the_module_is_in_the_union() -> None:
    declared = {kind for _, kind in inspect.getmembers(core.events, inspect.isclass) if "durable" in vars(kind)}
    assert declared == set(get_args(Event))


def test_only_text_in_progress_and_refused_frames_are_volatile() -> None:
    volatile = {kind for kind in get_args(Event) if not kind.durable}
    assert volatile == {TextStarted, TextDelta, FrameRefused}


def test_the_end_of_a_message_carries_the_whole_text() -> None:
    wire = TextEnded("msg_2", "writer", "Two drafts.").wire()
    assert wire["metadata"] == {"content": "Two drafts.", "agent": "writer"}


def test_an_interrupt_says_what_is_to_be_decided_and_how() -> None:
    interrupt = RunFinished("cnv_1", "run_1", outcome="interrupt", interrupts=(INTERRUPT,)).wire()["outcome"][
        "interrupts"
    ][0]
    assert interrupt["metadata"]["payload"] == INTERRUPT.payload
    assert interrupt["metadata"]["payload_hash"] == "9f"
    assert interrupt["responseSchema"]["properties"]["decision"]["enum"] == ["approve", "reject"]
