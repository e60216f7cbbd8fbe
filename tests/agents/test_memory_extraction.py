"""A model that fills in the form, over a real model server: what it says passes the gate, and rules stand in for it."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from agents.memory_extraction import ModelExtractor, RuleExtractor, build_extractor, worth_asking
from agents.models.factory import Models, build_models
from core.settings import Settings
from memory.gate import admitted_finding
from sandbox.model_server import Call, ModelServer, Say, Step


@pytest.fixture
async def model() -> AsyncIterator[tuple[ModelServer, Models]]:
    async with ModelServer() as server:
        given = {"openai_api_key": "sk-test", "openai_base_url": server.url}
        models = build_models(Settings.model_validate(given))
        yield server, models
        await models.close()


def form(*items: dict[str, Any]) -> Call:
    return Call((("remember", json.dumps({"items": list(items)})),))


async def test_form_becomes_findings(model: tuple[ModelServer, Models]) -> None:
    server, models = model
    server.add(
        form(
            {"kind": "fact", "text": "We ship within the UK only.", "subject": "Delivery  Area", "importance": 7},
            {"kind": "wish", "text": "Posts should feel like a letter from a friend.", "subject": "tone of voice"},
        )
    )

    found = await ModelExtractor(models).findings("Please note we ship within the UK only, and so on.", [])

    assert [(item.kind, item.subject) for item in found[:2]] == [
        ("insight", "delivery area"),
        ("preference", "tone of voice"),
    ]


async def test_what_the_model_makes_up_does_not_pass_the_gate(model: tuple[ModelServer, Models]) -> None:
    server, models = model
    server.add(form({"text": "The budget is £12,000.", "subject": "budget"}))
    said = "We spend quite some money on adverts these days, honestly."

    (finding,) = await ModelExtractor(models).findings(said, [])

    assert admitted_finding(finding, said)[0] is None


@pytest.mark.parametrize(
    "reply",
    [
        Say("I'd rather talk."),
        Call((("remember", '{"items": [{"text": 3}]}'),)),
        Call((("remember", "not json"),)),
    ],
)
async def test_rules_stand_in_for_a_model_that_does_not_fill_in_the_form(
    model: tuple[ModelServer, Models], reply: Step
) -> None:
    server, models = model
    server.add(reply)

    found = await ModelExtractor(models).findings("Our delivery fee is £3 in the whole country.", [])

    assert [item.subject for item in found] == ["delivery fee"]


async def test_model_is_not_asked_where_nothing_is_stated(model: tuple[ModelServer, Models]) -> None:
    server, models = model

    assert await ModelExtractor(models).findings("Write me a post about our sale", []) == []
    assert await ModelExtractor(models).findings("thanks", []) == []
    assert server.requests == []


async def test_pasted_text_does_not_reach_the_model(model: tuple[ModelServer, Models]) -> None:
    server, models = model
    server.add(form())

    await ModelExtractor(models).findings("We sell rye bread to cafés. Here is an email I got: our secret is yeast", [])

    assert "yeast" not in json.dumps(server.requests)


def test_offline_model_needs_no_form() -> None:
    models = build_models(Settings.model_validate({"openai_api_key": "", "openai_base_url": ""}))

    assert isinstance(build_extractor(models), RuleExtractor)
    assert worth_asking("We sell rye bread to cafés")
