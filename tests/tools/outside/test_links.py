"""Links carry UTM parameters, have one short address each, and are checked without reaching into private networks."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput, Rejected
from core.scope import Scope
from db.client import Database
from db.managed_urls import MANAGED_URLS, UtmParams
from db.repository import Repository
from tools.counting import x_weighted
from tools.outside.addresses import is_public
from tools.outside.http import Call, Outside
from tools.outside.links import MOST_HOPS, ManagedLinks, Source, tagged

PUBLIC = "https://mm.example"
POST = Source("social_post", "pst_1", "twitter", "cmp_1", "Leeds: opening, December!")
UTM = UtmParams(source="twitter", medium="social", campaign="leeds-opening-december", content="pst_1")


@pytest.fixture
async def outside(database: Database) -> AsyncIterator[Outside]:
    async with Outside(database.clock, timeout=10) as made:
        yield made


@pytest.fixture
def links(database: Database, outside: Outside) -> ManagedLinks:
    return ManagedLinks(database, outside, PUBLIC)


@dataclass
class Pages:
    """A web site that answers as it is told."""

    url: str = ""
    seen: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    async def answer(self, request: web.Request) -> web.Response:
        self.seen.append((request.method, request.path))
        match request.path:
            case "/fine":
                return web.Response(text="Hello")
            case "/gone":
                return web.Response(status=410)
            case "/only-get":
                return web.Response(status=405 if request.method == "HEAD" else 200)
            case "/moved":
                return web.Response(status=301, headers={"Location": "/fine"})
            case "/circle":
                return web.Response(status=302, headers={"Location": "/circle"})
            case "/inside":
                return web.Response(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data"})
            case _:
                return web.Response(status=302, headers={"Location": "file:///etc/passwd"})


@pytest.fixture
async def pages() -> AsyncIterator[Pages]:
    made = Pages()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example", "https://a.example?utm_source=twitter"),
        ("https://a.example/p?x=1#top", "https://a.example/p?x=1&utm_source=twitter"),
        ("https://a.example/?utm_source=mine", "https://a.example/?utm_source=mine&utm_medium=social"),
        ("https://a.example/?q=%26a+b", "https://a.example/?q=%26a+b&utm_source=twitter"),
    ],
)
def test_parameters_are_added_and_what_was_there_stays(url: str, expected: str) -> None:
    assert tagged(url, UTM).startswith(expected)
    assert tagged(url, UTM).endswith("#top") is url.endswith("#top")
    assert tagged(tagged(url, UTM), UTM) == tagged(url, UTM)


@given(
    st.from_regex(
        r"https://[a-z]{1,9}\.example(/[a-zA-Z0-9%_.~-]{0,9}){0,3}(\?[a-z]{1,3}=[a-z0-9]{0,4})?", fullmatch=True
    )
)
def test_tagging_twice_is_tagging_once(url: str) -> None:
    once = tagged(url, UTM)
    assert tagged(once, UTM) == once
    assert once.startswith(url.partition("?")[0])
    assert all(f"utm_{name}=" in once for name in ("source", "medium", "campaign", "content"))


async def test_every_address_of_a_post_is_managed_once(links: ManagedLinks, scope: Scope, database: Database) -> None:
    text = "Menu: https://shop.example/menu. Again (https://shop.example/menu), and http://b.example/x?y=1!"
    made = await links.outgoing(scope, POST, text, "https://shop.example/menu")
    assert len(made.links) == 2
    first, second = (f"{PUBLIC}/l/{link.code}" for link in made.links)
    assert made.text == f"Menu: {first}. Again ({first}), and {second}!"
    assert made.link == first
    assert made.links[0].utm_params == UTM
    assert made.links[0].url.endswith(
        "?utm_source=twitter&utm_medium=social&utm_campaign=leeds-opening-december&utm_content=pst_1"
    )
    again = await links.outgoing(scope, POST, text, "https://shop.example/menu")
    assert again.text == made.text
    assert await Repository(database, MANAGED_URLS, scope).count({}) == 2
    managed = await links.outgoing(scope, POST, made.text, made.link)
    assert (managed.text, managed.link, managed.links) == (made.text, made.link, ())
    assert x_weighted(made.text) == x_weighted(text)


async def test_another_post_or_tenant_has_links_of_its_own(
    links: ManagedLinks, scope: Scope, other_scope: Scope
) -> None:
    url = "https://shop.example/menu"
    made = [
        await links.manage(scope, POST, url),
        await links.manage(scope, Source("social_post", "pst_2", "linkedin"), url),
        await links.manage(other_scope, POST, url),
    ]
    assert len({link.code for link in made}) == len({link.url_id for link in made}) == 3
    assert made[1].utm_params == UtmParams(source="linkedin", medium="social", content="pst_2")


async def test_without_a_public_address_links_stay_long(database: Database, outside: Outside, scope: Scope) -> None:
    made = await ManagedLinks(database, outside).outgoing(scope, POST, "See https://shop.example", None)
    assert made.text.startswith("See https://shop.example?utm_source=twitter&")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://shop.example/x",
        "https://",
        "https:///path",
        "https://ada:secret@shop.example/",
        "https://shop.example:99999/",
        "http://127.0.0.1/x",
        "http://localhost:8000/",
        "http://10.0.0.8/",
        "http://[::1]/",
        "http://169.254.169.254/latest",
        "https://shop.example/" + "x" * 2000,
    ],
)
async def test_what_is_no_usable_address_is_refused(links: ManagedLinks, scope: Scope, url: str) -> None:
    with pytest.raises(InvalidInput) as error:
        await links.manage(scope, POST, url)
    assert "secret" not in error.value.message


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:4700:4700::1111", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("shop.example", False),
    ],
)
def test_private_addresses_are_known_in_every_dress(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/fine", None),
        ("/only-get", None),
        ("/moved", None),
        ("/gone", "status 410"),
        ("/circle", f"more than {MOST_HOPS} times"),
        ("/elsewhere", "not a web address"),
    ],
)
async def test_a_check_follows_the_link(
    database: Database, pages: Pages, scope: Scope, path: str, problem: str | None
) -> None:
    async with Outside(database.clock, timeout=10, allow_private=True) as outside:
        links = ManagedLinks(database, outside)
        made = await links.manage(scope, POST, f"{pages.url}{path}")
        checked = await links.check(scope, made.url_id)
    assert checked.is_valid is (problem is None)
    assert checked.last_checked_at == database.clock.now()
    assert (problem or "") in (checked.problem or "")
    assert len(pages.seen) <= MOST_HOPS + 2


async def test_a_check_never_reaches_into_a_private_network(
    database: Database, pages: Pages, outside: Outside, scope: Scope
) -> None:
    port = pages.url.rpartition(":")[2]
    async with Outside(database.clock, timeout=10, allow_private=True) as lenient:
        made = await ManagedLinks(database, lenient).manage(scope, POST, f"http://localhost:{port}/fine")
        inside = await ManagedLinks(database, lenient).manage(scope, POST, f"{pages.url}/inside")
    for link in (made, inside):
        checked = await ManagedLinks(database, outside).check(scope, link.url_id)
        assert checked.is_valid is False
        assert "private network" in (checked.problem or "")
    assert pages.seen == []


async def test_a_name_that_leads_inside_is_refused_when_it_is_called(outside: Outside, pages: Pages) -> None:
    port = pages.url.rpartition(":")[2]
    for host in ("localhost", "127.0.0.1"):
        with pytest.raises(Rejected) as error:
            await outside.send(Call("The page", "GET", f"http://{host}:{port}/fine"))
        assert "private network" in error.value.message
    assert pages.seen == []
