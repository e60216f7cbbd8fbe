"""What opens a door never reaches the log."""

import pytest

from server.logs import hide_secrets, without_secrets

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c3JfMSJ9.c2lnbmF0dXJlLW9mLWl0"


@pytest.mark.parametrize(
    "line",
    [
        f"GET /api/v1/conversations/cnv_1/ws?token={TOKEN}",
        f"Authorization: Bearer {TOKEN}",
        f"sec-websocket-protocol: marketing-minds, bearer.{TOKEN}",
        "GET /login?token=N1JTfGZZ_ESDgRll-qLzWjqlkmUJ-4je",
        "could not reach mongodb://ada:hunter2secret@db.example:27017/x",
        "key sk-abcdef1234567890 was refused",
    ],
)
def test_secrets_are_taken_out_of_a_line(line: str) -> None:
    shown = without_secrets(line)
    for secret in (TOKEN, "N1JTfGZZ", "hunter2secret", "abcdef1234567890"):
        assert secret not in shown


def test_fields_that_hold_secrets_are_hidden_whatever_they_hold() -> None:
    shown = hide_secrets(None, "info", {"event": "x", "password": "p", "api_key": 5, "user": "ada"})
    assert shown == {"event": "x", "password": "[hidden]", "api_key": "[hidden]", "user": "ada"}


def test_plain_lines_stay_as_they_are() -> None:
    line = "POST /api/v1/conversations 201"
    assert without_secrets(line) == line
