"""Every platform that the house publishes on keeps the same contract, against a twin that answers as it does."""

import logging
import random
import traceback
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.errors import Forbidden, OutcomeUnknown, PlatformError, ReconnectNeeded, Rejected, Retryable
from db.social_accounts import Credentials
from sandbox.graph import GraphTwin
from sandbox.mail_server import MailServer
from sandbox.platforms.catalogue import TWINS
from sandbox.platforms.twitter import TwitterTwin
from sandbox.server import Sandbox
from tests.contracts.platform_kits import Kit, MailKit, Trouble, TwinKit, certificates, mail_kit, twin_kits
from tests.permits import permitted, removal
from tools.outside.contract import Adapter, Figures, PassingNotes, Published, Search
from tools.outside.http import Outside
from tools.platform import Platform
from tools.platforms.catalogue import BY_NAME, CATALOGUE

PUBLISHING = [platform for platform in CATALOGUE if platform.adapter]
OVER_HTTP = [platform for platform in PUBLISHING if platform.name != "email"]
every_platform = pytest.mark.parametrize("platform", PUBLISHING, ids=lambda platform: platform.name)
every_twin = pytest.mark.parametrize("platform", OVER_HTTP, ids=lambda platform: platform.name)
MINUTE = timedelta(minutes=1)
TROUBLES: tuple[Trouble, ...] = (
    "busy",
    "server error",
    "cut before",
    "cut after",
    "nonsense",
    "half an answer",
    "error after",
)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


@pytest.fixture
async def mail(tmp_path: Path) -> AsyncIterator[tuple[MailServer, Outside]]:
    server_tls, client_tls = certificates(tmp_path)
    async with (
        MailServer(tls=server_tls) as server,
        Outside(SystemClock(), timeout=20.0, allow_private=True, tls=client_tls) as outside,
    ):
        yield server, outside


@pytest.fixture
async def outside(sandbox: Sandbox) -> AsyncIterator[Outside]:
    async with Outside(SystemClock(), timeout=20.0, addresses=sandbox.addresses()) as made:
        yield made


@pytest.fixture
async def kit(platform: Platform, sandbox: Sandbox, mail: tuple[MailServer, Outside]) -> Kit:
    if platform.name == "email":
        return mail_kit(mail[0])
    return twin_kits(sandbox)[platform.name]


@pytest.fixture
def adapter(platform: Platform, outside: Outside, mail: tuple[MailServer, Outside]) -> Adapter:
    assert platform.adapter
    return platform.adapter(mail[1] if platform.name == "email" else outside)


def around(kit: Kit, notes: PassingNotes | None = None, known: frozenset[str] = frozenset()) -> Search:
    now = SystemClock().now()
    return Search(kit.post, now - MINUTE, now + MINUTE, known, notes or PassingNotes())


async def attempt(adapter: Adapter, kit: Kit, notes: PassingNotes | None = None) -> Published | PlatformError:
    try:
        return await adapter.publish(kit.access, permitted(kit.name, kit.access, kit.post), notes or PassingNotes())
    except PlatformError as error:
        return error


def test_every_publishing_platform_is_tested_and_has_a_twin() -> None:
    assert {platform.name for platform in PUBLISHING} == {twin.name for twin in TWINS} | {"email"}
    assert {"wordpress", "twitter", "linkedin", "facebook", "instagram", "email"} <= {one.name for one in PUBLISHING}


@every_platform
async def test_credentials_open_an_account(adapter: Adapter, kit: Kit) -> None:
    found = await adapter.identify(kit.access)
    assert kit.access.account_id in [identity.account_id for identity in found]
    assert all(identity.name for identity in found)


@every_platform
async def test_a_post_goes_out_once_as_it_is(adapter: Adapter, kit: Kit, platform: Platform) -> None:
    assert platform.media_problems(kit.post.media) == []
    published = await adapter.publish(kit.access, permitted(kit.name, kit.access, kit.post), PassingNotes())
    (row,) = kit.published()
    assert row["id"].endswith(published.platform_post_id)
    if isinstance(kit, TwinKit):
        assert published.url
    for word in ("Bread", "butter", "🥐"):
        assert word in row["text"]


@every_twin
async def test_an_earlier_publication_is_found_and_only_that(adapter: Adapter, kit: Kit) -> None:
    notes = PassingNotes()
    assert await adapter.look_up(kit.access, around(kit, notes)) is None
    published = await adapter.publish(kit.access, permitted(kit.name, kit.access, kit.post), notes)
    found = await adapter.look_up(kit.access, around(kit, notes))
    assert found is not None
    assert found.platform_post_id == published.platform_post_id
    other = replace(kit.post, key="pub_other", text="Something else entirely")
    assert await adapter.look_up(kit.access, replace(around(kit), post=other)) is None


@every_twin
async def test_what_is_deleted_is_gone_and_deleting_it_again_is_no_error(adapter: Adapter, kit: Kit) -> None:
    published = await adapter.publish(kit.access, permitted(kit.name, kit.access, kit.post), PassingNotes())
    await adapter.delete(kit.access, removal(kit.name, kit.access, published.platform_post_id))
    await adapter.delete(kit.access, removal(kit.name, kit.access, published.platform_post_id))
    assert [row["deleted"] for row in kit.published()] == [True]
    elsewhere = removal(kit.name, replace(kit.access, account_id="1"), published.platform_post_id)
    for permit in (elsewhere, permitted(kit.name, kit.access, kit.post)):
        with pytest.raises(Forbidden):
            await adapter.delete(kit.access, permit)
    assert await adapter.look_up(kit.access, around(kit)) is None


@every_twin
async def test_figures_are_read_and_what_is_gone_is_missing(adapter: Adapter, kit: TwinKit) -> None:
    first = await adapter.publish(kit.access, permitted(kit.name, kit.access, kit.post), PassingNotes())
    kit.give_figures(first.platform_post_id)
    other = replace(kit.post, text="The second of two posts", key="pub_second")
    second = await adapter.publish(kit.access, permitted(kit.name, kit.access, other), PassingNotes())
    await adapter.delete(kit.access, removal(kit.name, kit.access, second.platform_post_id))
    figures = await adapter.metrics(kit.access, [first.platform_post_id, second.platform_post_id])
    told = figures[first.platform_post_id]
    assert {name: getattr(told, name) for name in kit.told} == kit.told
    if kit.name != "wordpress":  # a post in the bin still answers there
        assert list(figures) == [first.platform_post_id]
    assert await adapter.metrics(kit.access, []) == {}


@every_platform
@pytest.mark.parametrize(
    ("kind", "expected", "there"),
    [
        ("refused", Rejected, 0),
        ("busy", Retryable, 0),
        ("cut before", OutcomeUnknown, 0),
        ("cut after", OutcomeUnknown, 1),
        ("server error", OutcomeUnknown, 0),
        ("nonsense", OutcomeUnknown, None),
        ("half an answer", OutcomeUnknown, 1),
        ("error after", OutcomeUnknown, 1),
    ],
)
async def test_what_goes_wrong_is_told_apart(
    adapter: Adapter, kit: Kit, kind: Trouble, expected: type[PlatformError], there: int | None
) -> None:
    kit.trouble(kind)
    error = await attempt(adapter, kit)
    assert type(error) is expected, error
    if there is not None:
        assert len(kit.published()) == there


@every_platform
async def test_silence_is_a_lost_answer(
    platform: Platform, kit: Kit, sandbox: Sandbox, mail: tuple[MailServer, Outside]
) -> None:
    kit.trouble("slow")
    addresses = sandbox.addresses()
    async with Outside(SystemClock(), timeout=2.0, addresses=addresses, allow_private=True, tls=mail[1].tls) as hasty:
        assert platform.adapter
        assert isinstance(await attempt(platform.adapter(hasty), kit), OutcomeUnknown)


@every_platform
async def test_a_lost_answer_is_looked_up_and_never_doubled(adapter: Adapter, kit: Kit) -> None:
    for kind in ("cut before", "cut after", "error after"):
        before = len(kit.published())
        notes = PassingNotes()
        this = replace(kit.post, key=f"pub_{kind}", text=f"{kit.post.text} {kind}")
        kit.post = this
        kit.trouble(kind)
        assert isinstance(await attempt(adapter, kit, notes), OutcomeUnknown)
        if isinstance(kit, MailKit):
            with pytest.raises(OutcomeUnknown):
                await adapter.look_up(kit.access, around(kit, notes))
            assert isinstance(await attempt(adapter, kit, notes), OutcomeUnknown)
            continue
        known = frozenset(row["id"] for row in kit.published()[:before])
        if await adapter.look_up(kit.access, around(kit, notes, known)) is None:
            assert isinstance(await attempt(adapter, kit, notes), Published)
        assert len(kit.published()) == before + 1


@every_platform
async def test_busy_says_when_to_come_back_and_then_it_works(adapter: Adapter, kit: Kit) -> None:
    notes = PassingNotes()
    kit.trouble("busy")
    error = await attempt(adapter, kit, notes)
    assert isinstance(error, Retryable)
    if isinstance(kit, TwinKit):
        assert error.retry_after is not None
        assert 100 < error.retry_after <= 130
    assert isinstance(await attempt(adapter, kit, notes), Published)
    assert len(kit.published()) == 1


@every_platform
async def test_lost_credentials_ask_to_connect_again(adapter: Adapter, kit: Kit) -> None:
    kit.close_account()
    assert isinstance(await attempt(adapter, kit), ReconnectNeeded)
    with pytest.raises(ReconnectNeeded):
        await adapter.identify(kit.access)
    kit.access = replace(kit.access, credentials=Credentials(), config={})
    assert isinstance(await attempt(adapter, kit), ReconnectNeeded)
    assert kit.published() == []


@every_platform
async def test_a_platform_that_can_not_be_reached_has_done_nothing(
    platform: Platform, kit: Kit, sandbox: Sandbox, mail: tuple[MailServer, Outside]
) -> None:
    addresses = {name: address.rpartition(":")[0] + ":1/" + name for name, address in sandbox.addresses().items()}
    if isinstance(kit, MailKit):
        kit.access = replace(kit.access, config={**kit.access.config, "port": 1})
    async with Outside(SystemClock(), timeout=1.0, addresses=addresses, allow_private=True, tls=mail[1].tls) as cut_off:
        assert platform.adapter
        assert isinstance(await attempt(platform.adapter(cut_off), kit), Retryable)


@every_platform
@pytest.mark.parametrize("kind", ["refused", "busy", "cut after", "server error"])
async def test_credentials_stand_in_no_error_and_no_log(
    adapter: Adapter, kit: Kit, kind: Trouble, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    kit.trouble(kind)
    error = await attempt(adapter, kit)
    assert isinstance(error, PlatformError)
    # What the mail server at the other end writes down is its own business.
    logged = "".join(record.getMessage() for record in caplog.records if record.name != "mail.log")
    told = "".join(traceback.format_exception(error)) + repr(error.details) + logged + repr(kit.access)
    secrets = kit.access.secrets
    assert secrets
    assert [secret for secret in secrets if secret in told and len(secret) > 8] == []
    assert error.message.endswith((".", "…"))
    assert "\n" not in error.message


@every_twin
async def test_uploads_are_used_again_at_the_next_attempt(adapter: Adapter, kit: TwinKit) -> None:
    notes = PassingNotes()
    kit.trouble("busy")
    assert isinstance(await attempt(adapter, kit, notes), Retryable)
    first = written(kit)
    assert isinstance(await attempt(adapter, kit, notes), Published)
    assert written(kit) - first < first


def written(kit: TwinKit) -> int:
    """How often something was sent to be kept."""
    return sum(method in {"POST", "PUT"} for method, _ in kit.twin.requests)


@every_twin
async def test_what_the_platform_says_of_its_limits_is_kept(
    adapter: Adapter, kit: TwinKit, platform: Platform, outside: Outside
) -> None:
    await adapter.publish(kit.access, permitted(kit.name, kit.access, kit.post), PassingNotes())
    limit = outside.rate_limit(platform.name, kit.access.account_id)
    if platform.name in {"wordpress", "linkedin"}:  # these tell nothing until it is too much
        assert limit is None
    else:
        assert limit is not None
        assert 0 < limit.remaining <= 100


@every_twin
async def test_whatever_goes_wrong_each_post_is_there_exactly_once(
    adapter: Adapter, kit: TwinKit, sandbox: Sandbox
) -> None:
    """Published as a careful caller does: looked up after every lost answer, repeated only if it is not there."""
    allow_much(sandbox)
    chance = random.Random(f"exactly once on {kit.name}")
    known: set[str] = set()
    for number in range(25):
        kit.post = replace(kit.post, key=f"pub_{number:04}", text=f"{kit.post.text[:40]} loaf {number % 5}")
        notes = PassingNotes()
        kit.twin.faults.clear()
        for kind in chance.choices(TROUBLES, k=chance.randrange(4)):
            kit.trouble(kind)
        published: Published | PlatformError | None = None
        for _ in range(12):
            if isinstance(published, OutcomeUnknown):
                published = await adapter.look_up(kit.access, around(kit, notes, frozenset(known)))
            published = published if isinstance(published, Published) else await attempt(adapter, kit, notes)
            if isinstance(published, Published):
                break
        assert isinstance(published, Published), published
        known.add(published.platform_post_id)
        # Platforms refuse a text they have just taken: the next post with it comes after this one is gone.
        await adapter.delete(kit.access, removal(kit.name, kit.access, published.platform_post_id))
    rows = kit.published()
    assert len(rows) == len(known) == 25
    assert {row["id"] for row in rows} == known


def allow_much(sandbox: Sandbox) -> None:
    """Lift the limits that are not what this is about."""
    for twin in sandbox.twins.values():
        if isinstance(twin, GraphTwin | TwitterTwin):
            twin.set_limit(100_000)


def test_figures_that_are_not_told_are_none() -> None:
    assert Figures() == Figures(views=None, likes=None, clicks=None)
    assert BY_NAME["instagram"].media_problems([]) == ["Instagram needs an image or video."]
