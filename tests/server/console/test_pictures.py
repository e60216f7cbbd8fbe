"""Pictures in previews: handed over by this server, exactly the file that was asked about, to people of the account."""

import base64
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
from aiohttp import web

from core.ids import new_id
from core.settings import Settings
from db.content_library import CONTENT_LIBRARY, Content, ContentBody
from db.social_posts import SOCIAL_POSTS, PlatformResult, PostContent, PostMedia, SocialPost
from tests.server.conftest import Person
from tests.server.console.house import House

DOT: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    given = {"data_dir": tmp_path, "secret_key": "k" * 40, "registration": "open", "openai_api_key": "", "port": 0}
    return Settings.model_validate(given | {"allow_private_addresses": True})


@pytest.fixture
async def address() -> AsyncIterator[str]:
    """Where a picture lies."""

    async def dot(_: web.Request) -> web.Response:
        return web.Response(body=DOT, content_type="image/png")

    app = web.Application()
    app.router.add_get("/loaf.png", dot)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/loaf.png"
    await runner.cleanup()


async def test_previews_show_pictures_and_only_the_file_that_was_asked_about(
    house: House, person: Person, stranger: Person, address: str
) -> None:
    content = await house.repository(CONTENT_LIBRARY).insert(
        Content(
            content_id=new_id("cnt"), content_type="social_post", platform="instagram",
            content=ContentBody(text="Fresh bread", image_url=address),
        )
    )  # fmt: skip
    posts: list[str] = []
    for digest in (hashlib.sha256(DOT).hexdigest(), "0" * 64):
        media = [PostMedia(url=address, content_type="image/png", sha256=digest)]
        post = SocialPost(
            post_id=new_id("pst"), platforms=[PlatformResult(platform="instagram")],
            content=PostContent(message="Fresh bread", media=media),
        )  # fmt: skip
        posts.append((await house.repository(SOCIAL_POSTS).insert(post)).post_id)
    place = f"/console/library/{content.content_id}"
    for path in (place, f"{place}/edit"):
        page = (await person.client.get(path)).text
        assert f'<img src="{place}/media/0" alt="Attached: loaf.png"' in page
        assert f'src="{address}"' not in page
    picture = await person.client.get(f"{place}/media/0")
    assert (picture.status_code, picture.headers["content-type"], picture.content) == (200, "image/png", DOT)
    assert (await person.client.get(f"{place}/media/1")).status_code == 404
    assert (await stranger.client.get(f"{place}/media/0")).status_code == 404

    first, other = (f"/console/calendar/{post_id}" for post_id in posts)
    assert f'<img src="{first}/media/0"' in (await person.client.get(first)).text
    assert (await person.client.get(f"{first}/media/0")).content == DOT
    refused = await person.client.get(f"{other}/media/0")
    assert refused.status_code >= 400
    assert refused.content != DOT
