"""What each platform has of its own, beyond the contract they share."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import SystemClock
from core.errors import OutcomeUnknown, ReconnectNeeded, Rejected, Retryable
from sandbox.faults import Fault
from sandbox.graph import GraphTwin
from sandbox.platforms import linkedin
from sandbox.platforms.twitter import TwitterTwin
from tests.contracts.platform_kits import JPEG, TwinKit
from tests.permits import permitted, removal
from tools.counting import x_weighted
from tools.outside.contract import Access, Media, PassingNotes, Search
from tools.outside.http import Outside
from tools.outside.media_links import MediaGrant, MediaLinks
from tools.platforms.catalogue import BY_NAME
from tools.platforms.facebook import FacebookPages
from tools.platforms.instagram import Instagram
from tools.platforms.linkedin import LinkedIn, escaped, unescaped
from tools.platforms.twitter import X
from tools.platforms.wordpress import WordPress

MINUTE = timedelta(minutes=1)
VIDEO = Media("https://pictures.example/oven.mp4", "video/mp4", b"\0\0\0\x18ftypmp42" + b"v" * 9_000_000, alt="An oven")


def around(kit: TwinKit, notes: PassingNotes | None = None, known: frozenset[str] = frozenset()) -> Search:
    now = SystemClock().now()
    return Search(kit.post, now - MINUTE, now + MINUTE, known, notes or PassingNotes())


class TestX:
    async def test_a_video_goes_up_in_pieces_and_is_waited_for(
        self, kits: dict[str, TwinKit], outside: Outside
    ) -> None:
        kit = kits["twitter"]
        published = await X(outside).publish(
            kit.access, permitted(kit.name, kit.access, replace(kit.post, media=(VIDEO,))), PassingNotes()
        )
        asked = [path for _, path in kit.twin.requests]
        assert sum(path.endswith("/append") for path in asked) == 3
        assert "/2/media/upload" in asked
        (upload,) = kit.twin.rows("media").values()
        assert (upload["size"], upload["category"], upload["alt"]) == (len(VIDEO.data), "tweet_video", "An oven")
        assert published.url == f"https://x.com/i/web/status/{published.platform_post_id}"

    async def test_a_text_it_has_just_taken_is_refused_as_a_duplicate(
        self, kits: dict[str, TwinKit], outside: Outside
    ) -> None:
        kit, adapter = kits["twitter"], X(outside)
        await adapter.publish(kit.access, permitted(kit.name, kit.access, kit.post), PassingNotes())
        with pytest.raises(Rejected) as error:
            await adapter.publish(kit.access, permitted(kit.name, kit.access, kit.post), PassingNotes())
        assert error.value.details["duplicate"] is True

    async def test_its_own_limit_is_read_before_and_after_it_is_reached(
        self, kits: dict[str, TwinKit], outside: Outside
    ) -> None:
        kit, adapter = kits["twitter"], X(outside)
        assert isinstance(kit.twin, TwitterTwin)
        kit.twin.set_limit(2)
        for number in range(2):
            await adapter.publish(
                kit.access, permitted(kit.name, kit.access, replace(kit.post, text=f"Loaf {number}")), PassingNotes()
            )
        limit = outside.rate_limit("twitter", kit.access.account_id)
        assert limit is not None
        assert (limit.limit, limit.remaining) == (2, 0)
        with pytest.raises(Retryable) as error:
            await adapter.publish(
                kit.access, permitted(kit.name, kit.access, replace(kit.post, text="Loaf 3")), PassingNotes()
            )
        assert error.value.retry_after is not None
        assert 800 < error.value.retry_after <= 900
        assert len(kit.published()) == 2

    async def test_a_post_that_is_known_already_is_not_the_one_that_is_looked_for(
        self, kits: dict[str, TwinKit], outside: Outside
    ) -> None:
        kit, adapter = kits["twitter"], X(outside)
        first = await adapter.publish(kit.access, permitted(kit.name, kit.access, kit.post), PassingNotes())
        known = frozenset({first.platform_post_id})
        assert await adapter.look_up(kit.access, around(kit, known=known)) is None

    async def test_an_old_post_with_the_same_text_is_not_the_one_that_is_looked_for(
        self, kits: dict[str, TwinKit], outside: Outside
    ) -> None:
        kit, adapter = kits["twitter"], X(outside)
        await adapter.publish(kit.access, permitted(kit.name, kit.access, kit.post), PassingNotes())
        later = SystemClock().now() + MINUTE
        assert await adapter.look_up(kit.access, Search(kit.post, later, later + MINUTE)) is None

    async def test_a_long_timeline_is_read_page_by_page(self, kits: dict[str, TwinKit], outside: Outside) -> None:
        kit, adapter = kits["twitter"], X(outside)
        wanted = await adapter.publish(kit.access, permitted(kit.name, kit.access, kit.post), PassingNotes())
        now = SystemClock().now().isoformat()
        for number in range(230):
            text = str(number)
            kit.twin.write("posts", text, id=text, text=text, sent=text, links=[], media=[], at=now, deleted=False)
        found = await adapter.look_up(kit.access, around(kit))
        assert found is not None
        assert found.platform_post_id == wanted.platform_post_id


class TestLinkedIn:
    async def test_a_members_posts_can_not_be_looked_up_without_the_right_to(
        self, kits: dict[str, TwinKit], outside: Outside
    ) -> None:
        kit, adapter = kits["linkedin"], LinkedIn(outside)
        member = Access(linkedin.PERSON, kit.access.credentials)
        await adapter.publish(member, permitted(kit.name, member, kit.post), PassingNotes())
        with pytest.raises(OutcomeUnknown):
            await adapter.look_up(member, around(kit))

    async def test_a_member_has_figures_without_views(self, kits: dict[str, TwinKit], outside: Outside) -> None:
        kit, adapter = kits["linkedin"], LinkedIn(outside)
        member = Access(linkedin.PERSON, kit.access.credentials)
        published = await adapter.publish(member, permitted(kit.name, member, kit.post), PassingNotes())
        kit.give_figures(published.platform_post_id)
        figures = (await adapter.metrics(member, [published.platform_post_id]))[published.platform_post_id]
        assert (figures.likes, figures.comments, figures.views, figures.clicks) == (4, 2, None, None)

    async def test_a_duplicate_names_the_post_there_is(self, kits: dict[str, TwinKit], outside: Outside) -> None:
        kit, adapter = kits["linkedin"], LinkedIn(outside)
        first = await adapter.publish(kit.access, permitted(kit.name, kit.access, kit.post), PassingNotes())
        with pytest.raises(Rejected) as error:
            await adapter.publish(kit.access, permitted(kit.name, kit.access, kit.post), PassingNotes())
        assert error.value.details == {"duplicate": True, "platform_post_id": first.platform_post_id}

    @pytest.mark.parametrize(
        ("text", "written"),
        [
            ("Plain text, 5 > 4.", r"Plain text, 5 \> 4."),
            ("Hi @ada (see #Bread) *now*", r"Hi \@ada \(see #Bread\) \*now\*"),
            (r"a\b {c} [d] <e> f|g ~h _i_", r"a\\b \{c\} \[d\] \<e\> f\|g \~h \_i\_"),
            ("C# and #1", r"C\# and \#1"),
        ],
    )
    def test_reserved_characters_are_escaped_and_hashtags_are_not(self, text: str, written: str) -> None:
        assert escaped(text) == written
        assert unescaped(written) == text

    @given(st.text())
    def test_what_is_escaped_reads_as_it_was(self, text: str) -> None:
        assert unescaped(escaped(text)) == text

    def test_hashtag_templates_are_read(self) -> None:
        assert unescaped(r"Hello {hashtag|\#|Bread}") == "Hello #Bread"


class TestFacebook:
    async def test_a_video_goes_up_byte_for_byte(self, kits: dict[str, TwinKit], outside: Outside) -> None:
        kit, adapter = kits["facebook"], FacebookPages(outside)
        await adapter.publish(
            kit.access, permitted(kit.name, kit.access, replace(kit.post, media=(VIDEO,))), PassingNotes()
        )
        (row,) = kit.published()
        assert row["media"] == [VIDEO.digest]

    async def test_a_link_has_a_field_of_its_own(self, kits: dict[str, TwinKit], outside: Outside) -> None:
        kit, adapter = kits["facebook"], FacebookPages(outside)
        await adapter.publish(kit.access, permitted(kit.name, kit.access, replace(kit.post, media=())), PassingNotes())
        (row,) = kit.published()
        assert row["link"] == kit.post.link
        assert kit.post.link not in row["text"]

    async def test_pictures_are_attached_unpublished_and_go_out_with_the_post(
        self, kits: dict[str, TwinKit], outside: Outside
    ) -> None:
        kit, adapter = kits["facebook"], FacebookPages(outside)
        several = tuple(replace(JPEG, data=JPEG.data + bytes([number])) for number in range(3))
        await adapter.publish(
            kit.access, permitted(kit.name, kit.access, replace(kit.post, media=several)), PassingNotes()
        )
        (row,) = kit.published()
        assert row["media"] == list(kit.twin.rows("photos"))

    async def test_a_temporary_error_is_unknown_for_a_post_and_busy_for_a_question(
        self, kits: dict[str, TwinKit], outside: Outside
    ) -> None:
        kit, adapter = kits["facebook"], FacebookPages(outside)
        body = '{"error": {"message": "An unknown error occurred", "type": "OAuthException", "code": 1}}'
        kit.twin.faults.add(Fault(path=kit.effect, status=500, body=body), Fault(method="GET", status=500, body=body))
        with pytest.raises(OutcomeUnknown):
            await adapter.publish(kit.access, permitted(kit.name, kit.access, kit.post), PassingNotes())
        with pytest.raises(Retryable):
            await adapter.look_up(kit.access, around(kit))

    async def test_the_page_limit_says_how_long_to_wait(self, kits: dict[str, TwinKit], outside: Outside) -> None:
        kit, adapter = kits["facebook"], FacebookPages(outside)
        assert isinstance(kit.twin, GraphTwin)
        kit.twin.set_limit(0)
        with pytest.raises(Retryable) as error:
            await adapter.look_up(kit.access, around(kit))
        assert error.value.retry_after == pytest.approx(300, abs=5)


class TestInstagram:
    async def test_several_pictures_are_a_carousel(self, kits: dict[str, TwinKit], outside: Outside) -> None:
        kit, adapter = kits["instagram"], Instagram(outside)
        several = tuple(replace(JPEG, url=f"https://pictures.example/{number}.jpg") for number in range(3))
        await adapter.publish(
            kit.access, permitted(kit.name, kit.access, replace(kit.post, media=several)), PassingNotes()
        )
        containers = kit.twin.rows("containers")
        (row,) = kit.published()
        assert [containers[child]["media"][0] for child in row["media"]] == [item.url for item in several]

    async def test_it_fetches_from_our_own_address_where_it_can_reach_us(
        self, kits: dict[str, TwinKit], outside: Outside
    ) -> None:
        kit = kits["instagram"]
        outside.media_links = MediaLinks("k" * 40, SystemClock(), "https://house.example/")
        for item in (JPEG, VIDEO):
            post = replace(kit.post, text=item.url, media=(item,))
            await Instagram(outside).publish(kit.access, permitted(kit.name, kit.access, post), PassingNotes())
        for row, item in zip(kit.published(), (JPEG, VIDEO), strict=True):
            base, _, token = str(row["media"][0]).rpartition("/")
            assert base == "https://house.example/media"
            assert outside.media_links.read(token) == MediaGrant(item.url, item.digest)

    async def test_a_post_without_a_picture_is_refused_before_anything_is_asked(
        self, kits: dict[str, TwinKit], outside: Outside
    ) -> None:
        kit = kits["instagram"]
        bare = permitted(kit.name, kit.access, replace(kit.post, media=()))
        with pytest.raises(Rejected, match="needs an image or video"):
            await Instagram(outside).publish(kit.access, bare, PassingNotes())
        assert kit.twin.requests == []

    async def test_a_reel_is_waited_for(self, kits: dict[str, TwinKit], outside: Outside) -> None:
        kit, adapter = kits["instagram"], Instagram(outside)
        await adapter.publish(
            kit.access, permitted(kit.name, kit.access, replace(kit.post, media=(VIDEO,))), PassingNotes()
        )
        assert len(kit.published()) == 1

    async def test_a_container_that_was_not_published_says_nothing_went_out(
        self, kits: dict[str, TwinKit], outside: Outside
    ) -> None:
        kit, adapter, notes = kits["instagram"], Instagram(outside), PassingNotes()
        kit.trouble("cut before")
        with pytest.raises(OutcomeUnknown):
            await adapter.publish(kit.access, permitted(kit.name, kit.access, kit.post), notes)
        assert notes.get("container")
        assert await adapter.look_up(kit.access, around(kit, notes)) is None
        await adapter.publish(kit.access, permitted(kit.name, kit.access, kit.post), notes)
        assert len(kit.twin.rows("containers")) == 1

    async def test_a_published_container_whose_post_is_not_listed_stays_unknown(
        self, kits: dict[str, TwinKit], outside: Outside
    ) -> None:
        kit, adapter, notes = kits["instagram"], Instagram(outside), PassingNotes()
        published = await adapter.publish(kit.access, permitted(kit.name, kit.access, kit.post), notes)
        kit.twin.change("posts", published.platform_post_id, deleted=True)
        with pytest.raises(OutcomeUnknown):
            await adapter.look_up(kit.access, around(kit, notes))

    async def test_an_expired_container_is_made_anew(self, kits: dict[str, TwinKit], outside: Outside) -> None:
        kit, adapter = kits["instagram"], Instagram(outside)
        notes = PassingNotes({"container": "17999999999999999"})
        await adapter.publish(kit.access, permitted(kit.name, kit.access, kit.post), notes)
        assert notes.get("container") != "17999999999999999"

    async def test_a_post_that_is_there_is_published_even_if_its_address_is_not_told(
        self, kits: dict[str, TwinKit], outside: Outside
    ) -> None:
        kit, adapter = kits["instagram"], Instagram(outside)
        kit.twin.faults.add(Fault(method="GET", path=r"/v[\d.]+/\d+", times=1), Fault(method="GET", status=500))
        published = await adapter.publish(kit.access, permitted(kit.name, kit.access, kit.post), PassingNotes())
        assert published.url is None
        assert len(kit.published()) == 1


class TestWordPress:
    @pytest.mark.parametrize(
        "link", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "https://u:p@x.example"]
    )
    async def test_what_a_site_calls_its_link_is_kept_only_if_it_is_one(
        self, kits: dict[str, TwinKit], outside: Outside, link: str
    ) -> None:
        kit = kits["wordpress"]
        told = f'{{"id": 7, "link": "{link}", "date_gmt": "2026-12-01T09:00:00"}}'
        kit.twin.faults.add(Fault(method="POST", path=kit.effect, status=201, body=told))
        made = await WordPress(outside).publish(
            kit.access, permitted(kit.name, kit.access, replace(kit.post, media=(), hashtags=())), PassingNotes()
        )
        assert (made.platform_post_id, made.url) == ("7", None)

    async def test_a_page_that_is_no_wordpress_is_refused(self, kits: dict[str, TwinKit], outside: Outside) -> None:
        kit, adapter = kits["wordpress"], WordPress(outside)
        kit.twin.faults.add(Fault(status=404, body="<html>Nothing here</html>", content_type="text/html"))
        with pytest.raises(Rejected):
            await adapter.identify(kit.access)
        kit.twin.faults.add(Fault(status=301, headers={"Location": "https://elsewhere.example/"}))
        with pytest.raises(Rejected, match="Check the address"):
            await adapter.identify(kit.access)

    @pytest.mark.parametrize("post_id", ["", "1/../../users", "x", "1 OR 1=1"])
    async def test_an_id_of_something_else_is_refused(
        self, kits: dict[str, TwinKit], outside: Outside, post_id: str
    ) -> None:
        for name, adapter in (
            ("wordpress", WordPress(outside)),
            ("twitter", X(outside)),
            ("linkedin", LinkedIn(outside)),
        ):
            with pytest.raises(Rejected):
                await adapter.delete(kits[name].access, removal(name, kits[name].access, post_id))
            with pytest.raises(Rejected):
                await adapter.metrics(kits[name].access, [post_id])
        assert [path for kit in kits.values() for _, path in kit.twin.requests] == []


async def test_a_wrong_token_is_told_apart_from_a_wrong_post(kits: dict[str, TwinKit], outside: Outside) -> None:
    for name, adapter in (("twitter", X(outside)), ("facebook", FacebookPages(outside))):
        kit = kits[name]
        wrong = replace(kit.access, credentials=kit.access.credentials.model_copy(update={"access_token": "w" * 20}))
        with pytest.raises(ReconnectNeeded):
            await adapter.delete(wrong, removal(name, wrong, "1"))
        await adapter.delete(kit.access, removal(name, kit.access, "1"))


def test_what_may_be_attached_is_said_with_the_numbers() -> None:
    x, instagram = BY_NAME["twitter"], BY_NAME["instagram"]
    assert x.media_problems([JPEG] * 5) == ["5 attachments are too many: X takes at most 4."]
    assert "at most 5,000,000" in x.media_problems([replace(JPEG, data=b"x" * 5_000_001)])[0]
    assert "image/svg+xml" in x.media_problems([replace(JPEG, content_type="image/svg+xml")])[0]
    assert x.media_problems([VIDEO, VIDEO]) == ["2 of kind video are too many: X takes at most 1."]
    assert "image/png" in instagram.media_problems([replace(JPEG, content_type="image/png")])[0]
    assert BY_NAME["sms"].media_problems([JPEG]) == ["1 attachments are too many: SMS takes at most 0."]
    assert x_weighted("a") == 1
