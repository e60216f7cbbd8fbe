"""Conversations in the console: found, read with what they rest on, continued, taken away, deleted."""

import re

from core.ids import new_id
from db.conversations import CONVERSATIONS, Conversation
from db.messages import MESSAGES, Message
from server.console.conversation_search import MOST_LOOKED_THROUGH, ConversationSearch
from server.services import Services
from tests.server.conftest import Person
from tests.server.console.samples import ARABIC, HOSTILE, ask, post, scope_of

BRIEF = "We open a second bakery in Leeds on 3 December, 200 visitors, £1,500, local families, Instagram and email."


async def test_a_thread_shows_who_spoke_and_on_what_it_rests(
    services: Services, person: Person, viewer: Person
) -> None:
    conversation_id = await person.conversation()
    await person.say(conversation_id, BRIEF)
    await person.say(conversation_id, f"Also say: {HOSTILE}")
    request = await ask(services, person, post(ARABIC), conversation_id=conversation_id)
    path = f"/console/conversations/{conversation_id}"
    for one in (person, viewer):
        page = await one.client.get(path)
        for words in ("£1,500", "Strategist", "update brief", 'class="tools"', ARABIC):
            assert words in page.text
        assert "<script>document" not in page.text
        assert "<img src=x" not in page.text
        assert ('id="composer"' in page.text) == (one is person)
        assert ("Approve exactly this" in page.text) == (one is person)
    answer = await person.client.post(
        f"/console/approvals/{request.request_id}/approve", data={"payload_hash": request.payload_hash, "back": path}
    )
    assert answer.headers["location"] == path


async def test_a_form_without_a_script_says_something_and_stops(services: Services, person: Person) -> None:
    started = await person.client.post("/console/conversations")
    path = started.headers["location"]
    conversation_id = path.rsplit("/", 1)[-1]
    assert "Nothing was said here yet" in (await person.client.get(path)).text
    assert (await person.client.post(f"{path}/messages", data={"content": "  "})).headers["location"] == path
    sent = await person.client.post(f"{path}/messages", data={"content": "What can you do?"})
    assert sent.headers["location"] == f"{path}#end"
    await person.say(conversation_id, "Thank you")
    assert "What can you do?" in (await person.client.get(path)).text
    stopped = await person.client.post(f"{path}/stop")
    assert "Nothing was running any more." in (await person.client.get(stopped.headers["location"])).text


async def test_titles_and_messages_are_searched_so_many_at_a_time(services: Services, person: Person) -> None:
    scope = scope_of(person)
    conversations, messages = services.repository(CONVERSATIONS, scope), services.repository(MESSAGES, scope)
    made = [Conversation(conversation_id=new_id("cnv"), title=f"Idea {n}") for n in range(MOST_LOOKED_THROUGH + 30)]
    named = made[0].model_copy(update={"title": "The Winter  sale (50%)"})
    await conversations.put_each([named, *made[1:]])
    newest = made[-1].conversation_id
    for text in ("a WINTER\nsale (50%) for all", HOSTILE):
        await messages.insert(
            Message(
                message_id=new_id("msg"),
                conversation_id=newest,
                role="user",
                content=text,
                timestamp=services.clock.now(),
            )
        )
    search = ConversationSearch(conversations, messages)
    first = await search.find("winter sale (50%)", None)
    assert [(one.conversation.conversation_id, one.title) for one in first.items] == [(newest, None)]
    assert first.items[0].said
    assert first.items[0].said.hit == "WINTER\nsale (50%)"
    assert first.looked_at == MOST_LOOKED_THROUGH
    rest = await search.find("winter sale (50%)", first.next_cursor)
    assert [one.conversation.title for one in rest.items] == [named.title]
    assert rest.next_cursor is None

    page = await person.client.get("/console/conversations", params={"q": "winter sale (50%)"})
    assert "<mark>WINTER" in page.text
    assert "Look further back" in page.text
    page = await person.client.get("/console/conversations", params={"q": "<script>"})
    assert "<mark>&lt;script&gt;</mark>" in page.text
    assert (await person.client.get("/console/conversations", params={"q": "(unclosed"})).status_code == 200
    listed = await person.client.get("/console/conversations")
    assert len(set(re.findall(r"/console/conversations/(cnv_\w+)", listed.text))) == 25
    assert 'rel="next"' in listed.text


async def test_a_conversation_is_taken_away_whole_and_in_order(services: Services, person: Person) -> None:
    conversation_id = await person.conversation()
    for words in ("What can you do?", HOSTILE, ARABIC):
        await person.say(conversation_id, words)
    path = f"/console/conversations/{conversation_id}"
    text = await person.client.get(f"{path}/export.md")
    assert "attachment" in text.headers["content-disposition"]
    assert text.text.index("What can you do?") < text.text.index(HOSTILE) < text.text.index(ARABIC)
    assert text.text.count("\n## You\n") == 3
    assert "Friday 20 November 2026, 09:30 (UTC)" in text.text
    told = (await person.client.get(f"{path}/export.json")).json()
    assert told["conversation"]["conversation_id"] == conversation_id
    said = [message["content"] for message in told["messages"] if message["role"] == "user"]
    assert said == ["What can you do?", HOSTILE, ARABIC]
    assert len(told["messages"]) >= 6


async def test_what_is_deleted_is_gone(person: Person) -> None:
    conversation_id = await person.conversation()
    await person.say(conversation_id, "What can you do?")
    path = f"/console/conversations/{conversation_id}"
    deleted = await person.client.post(f"{path}/delete")
    assert deleted.headers["location"] == "/console/conversations"
    assert "is deleted" in (await person.client.get("/console/conversations")).text
    assert (await person.client.get(path)).status_code == 404


async def test_readers_change_nothing_and_strangers_find_nothing(
    person: Person, viewer: Person, stranger: Person
) -> None:
    conversation_id = await person.conversation()
    await person.say(conversation_id, BRIEF)
    path = f"/console/conversations/{conversation_id}"
    for act in ("/messages", "/stop", "/delete"):
        assert (await viewer.client.post(path + act, data={"content": "Hello"})).status_code == 403
        assert (await stranger.client.post(path + act, data={"content": "Hello"})).status_code == 404
    for part in ("", "/export.md", "/export.json"):
        assert (await viewer.client.get(path + part)).status_code == 200
        answer = await stranger.client.get(path + part)
        assert answer.status_code == 404
        assert "bakery" not in answer.text
    found = await stranger.client.get("/console/conversations", params={"q": "bakery"})
    assert conversation_id not in found.text
