"""The bounded view of a conversation: what stands in its title and in the summary of what left the window."""

from agents.turns.window import MESSAGES_KEPT, moved_on


def _said(number: int, content: str) -> dict[str, object]:
    return {"message_id": f"msg_{number}", "role": "user", "content": content, "timestamp": "2026-11-20T10:00:00Z"}


def test_secrets_stand_neither_in_title_nor_in_summary() -> None:
    said = ["my password is hunter2", "We open a bakery, api key is sk-abc123def456ghi789", *["ok"] * MESSAGES_KEPT]
    changes = moved_on({}, [_said(number, content) for number, content in enumerate(said)])
    assert changes["title"] == "We open a bakery"
    assert "We open a bakery" in changes["summary"]
    assert not [secret for secret in ("hunter2", "sk-abc") if secret in changes["summary"]]


def test_a_conversation_of_nothing_but_a_secret_has_no_title_yet() -> None:
    assert "title" not in moved_on({}, [_said(1, "my password is hunter2")])
