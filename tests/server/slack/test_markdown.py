"""Markdown as Slack's marks: nobody is called by it, and every message fits."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from server.slack.escaping import escaped, plain_text
from server.slack.markdown import as_slack, charts_in

CHART = "/api/v1/charts/cht_0123456789abcdef0123456789abcdef.svg"


def test_an_answer_keeps_its_form() -> None:
    (message,) = as_slack(
        "# Plan *now*\n\nHello **bold**, ~~old~~ and `a<b`.\n\n- one\n- two\n  1. deep\n\n> quoted\n\n"
        "| A | B |\n|---|--:|\n| 1 | 22 |\n\n[site](https://shop.example/?a=1&b=2) [here](/console) "
        f"[bad](javascript:alert(1)) ![chart]({CHART}) ![pic](https://x.example/p.png)\n\n```\nx < y\n```",
        "https://mm.example",
    )
    assert message.text == (
        "*Plan _now_*\n\nHello *bold*, ~old~ and `a&lt;b`.\n\n• one\n• two\n    1. deep\n\n> quoted\n\n"
        "```\nA  B\n-  --\n1  22\n```\n\n<https://shop.example/?a=1&amp;b=2|site> <https://mm.example/console|here> "
        "[bad](javascript:alert(1))  <https://x.example/p.png|pic>\n\n```\nx &lt; y\n```"
    )
    assert charts_in(f"![c]({CHART})\n![c]({CHART})") == ["cht_0123456789abcdef0123456789abcdef"]


def test_nobody_is_called_by_what_somebody_wrote() -> None:
    text = "<!everyone> <@U123> <!subteam^S1> @channel @here <https://evil.example|click> & more"
    (message,) = as_slack(text)
    assert not re.search(r"<[!@#]", message.text)
    assert "<https://evil.example|click>" not in message.text
    assert "@\u2060channel" in message.text
    assert escaped("@Everyone") == "@\u2060Everyone"


def test_what_people_write_is_read_as_they_see_it() -> None:
    slack = (
        "<@UBOT> ask <@U2|bob> in <#C1|general> about <https://a.example/x|this> "
        "&amp; <mailto:a@b.example|a@b.example> &lt;3"
    )
    assert plain_text(slack, "UBOT") == "ask @bob in #general about this (https://a.example/x) & a@b.example <3"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "word ",
                "**b** ",
                "`c` ",
                "\n\n",
                "\n- item ",
                "[l](https://x.example/a?b=1&c) ",
                "|a|b|\n|-|-|\n|1|2|\n",
                "x" * 700,
                "&<>",
                "```\ncode\n```\n",
            ]
        ),
        max_size=80,
    )
)
def test_every_message_fits(parts: list[str]) -> None:
    for message in as_slack("".join(parts)):
        assert 0 < len(message.blocks) <= 50
        assert len(message.text) <= 4_000
        for block in message.blocks:
            text = block["text"]["text"]
            assert 0 < len(text) <= 3_000
            assert len(re.findall("&(?!amp;|lt;|gt;)", text)) == 0
            assert text.count("```") % 2 == 0
