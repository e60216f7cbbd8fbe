"""The WordPress adapter against a real WordPress: what the twin is believed to answer is what the real one answers."""

import re
import struct
import zlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from core.clock import SystemClock
from core.errors import ReconnectNeeded, Rejected
from db.social_accounts import Credentials
from tests.contracts.platform_kits import a_post
from tests.permits import permitted, removal
from tests.real.wordpress_site import USER, Site, running_site
from tools.outside.contract import Access, Media, PassingNotes, Post, Published, Search
from tools.outside.http import Outside
from tools.platforms.wordpress import WordPress

pytestmark = pytest.mark.real
MINUTE = timedelta(minutes=1)


def png(shade: int) -> bytes:
    """A picture of one dot."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes((0, shade)))) + chunk(b"IEND", b"")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("wordpress")) as running:
        yield running


@pytest.fixture(scope="session")
def access(site: Site) -> Access:
    return opened(site, USER)


def opened(site: Site, user: str, password: str | None = None) -> Access:
    credentials = Credentials(username=user, password=password or site.password_of(user))
    return Access("site/1", credentials, {"site": site.url})


@pytest.fixture
async def adapter() -> AsyncIterator[WordPress]:
    async with Outside(SystemClock(), allow_private=True) as outside:
        yield WordPress(outside)


def article(key: str) -> Post:
    pictures = (Media("", "image/png", png(1), alt="A loaf"), Media("", "image/png", png(2), alt='"Rolls" & more'))
    return a_post(key=key, title="Bread & butter <today>", media=pictures)


def route(published: Published) -> dict[str, str]:
    return {"rest_route": f"/wp/v2/posts/{published.platform_post_id}"}


def around(post: Post) -> Search:
    now = SystemClock().now()
    return Search(post, now - MINUTE, now + MINUTE)


async def test_an_article_is_published_found_counted_and_deleted(
    adapter: WordPress, access: Access, site: Site
) -> None:
    (identity,) = await adapter.identify(access)
    assert identity.username == USER
    post = article("pub_real_1")
    assert await adapter.look_up(access, around(post)) is None
    published = await adapter.publish(access, permitted("wordpress", access, post), PassingNotes())
    assert published.url
    assert published.published_at
    assert abs(published.published_at - SystemClock().now()) < MINUTE

    shown = httpx.get(f"{site.url}/index.php", params=route(published)).json()
    page = shown["title"]["rendered"] + shown["content"]["rendered"]
    assert "Bread &#038; butter" in page or "Bread &amp; butter" in page
    assert "2 &gt; 1 🥐" in page
    assert "shop.example/menu?utm_source=x" in page
    assert page.count("<img") == 1
    assert 'alt="&quot;Rolls&quot; &amp; more"' in page
    assert "<today>" not in page
    assert "<p></p>" not in re.sub(r"<!--.*?-->", "", page)
    assert shown["featured_media"]

    found = await adapter.look_up(access, around(post))
    assert found is not None
    assert found.platform_post_id == published.platform_post_id
    assert await adapter.look_up(access, around(replace(post, key="pub_real_none"))) is None

    site.comment_on(published.platform_post_id)
    site.comment_on(published.platform_post_id)
    figures = await adapter.metrics(access, [published.platform_post_id, "999999"])
    assert {one: told.comments for one, told in figures.items()} == {published.platform_post_id: 2}

    await adapter.delete(access, removal("wordpress", access, published.platform_post_id))
    await adapter.delete(access, removal("wordpress", access, published.platform_post_id))
    await adapter.delete(access, removal("wordpress", access, "999999"))
    assert await adapter.look_up(access, around(post)) is None


async def test_a_repeat_uses_uploads_and_tags_again(adapter: WordPress, access: Access) -> None:
    notes = PassingNotes()
    first = await adapter.publish(access, permitted("wordpress", access, article("pub_real_2")), notes)
    media = dict(notes.all)
    second = await adapter.publish(access, permitted("wordpress", access, article("pub_real_3")), notes)
    assert notes.all == media
    assert first.platform_post_id != second.platform_post_id


async def test_wrong_and_withdrawn_passwords_ask_to_connect_again(adapter: WordPress, site: Site) -> None:
    for user, password in ((USER, "abcd efgh ijkl mnop qrst uvwx"), ("nobody", "x" * 24)):
        with pytest.raises(ReconnectNeeded) as error:
            await adapter.publish(
                opened(site, user, password),
                permitted("wordpress", opened(site, user, password), article("pub_real_4")),
                PassingNotes(),
            )
        assert password not in error.value.message


async def test_an_author_publishes_with_tags_old_and_new(adapter: WordPress, access: Access, site: Site) -> None:
    await adapter.publish(access, permitted("wordpress", access, article("pub_real_6")), PassingNotes())
    site.add_user("writer", "author")
    post = replace(article("pub_real_7"), hashtags=("#Bread", "#NeverHeardOf"))
    published = await adapter.publish(
        opened(site, "writer"), permitted("wordpress", opened(site, "writer"), post), PassingNotes()
    )
    stored = httpx.get(f"{site.url}/index.php", params=route(published)).json()
    assert len(stored["tags"]) == 2


async def test_a_reader_of_the_site_may_not_publish(adapter: WordPress, site: Site) -> None:
    site.add_user("reader", "subscriber")
    access = opened(site, "reader")
    with pytest.raises(Rejected):
        await adapter.identify(access)
    with pytest.raises((Rejected, ReconnectNeeded)):
        await adapter.publish(
            access,
            permitted("wordpress", access, replace(article("pub_real_5"), media=(), hashtags=())),
            PassingNotes(),
        )
