"""What is counted of a text: the figures of the published formulas, and nothing where they say nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.content_library import CONTENT_LIBRARY, Content, ContentBody
from db.repository import Repository
from tests.tools.conftest import Desk
from tools.content import revise_draft, save_draft
from tools.text_gauge import gauge, gauged, reading_ease, reading_minutes

# 33 words, 3 sentences and 50 syllables, counted by hand.
PLAIN = (
    "The bakery in the market square is now open on Sunday. Visitors from the city are welcome to sample our famous "
    "bread. Children receive a cookie, and parents a coffee on the terrace."
)
HARD = (
    "Organisational transformation initiatives necessitate comprehensive stakeholder communication methodologies that "
    "are continuously evaluated and that have been systematically institutionalised in the administrative "
    "responsibilities of the departments, in accordance with international regulatory documentation and "
    "the recommendations of independent certification authorities."
)
GERMAN = (
    "Wir eröffnen unsere neue Bäckerei in der alten Mühle und freuen uns auf alle Gäste, die mit uns feiern wollen. "
    "Ab sechs Uhr morgens backen wir frisches Brot, und für jedes Kind gibt es ein Stück Kuchen. Kommen Sie vorbei!"
)
PARAGRAPH = "Sourdough bread needs flour, water and time. " * 15
ARTICLE = (
    f"# How to bake sourdough bread\n\n{PARAGRAPH}\n\n## The flour\n\n{PARAGRAPH}\n\n## The time\n\n{PARAGRAPH}\n\n"
    "Ask us: [our shop](https://bread.example/shop)."
)


def content(text: str, content_type: str = "blog", title: str | None = None) -> Content:
    body = ContentBody(text=text)
    return Content(content_id="cnt_1", content_type=content_type, platform="blog", title=title, content=body)


def test_reading_ease_is_fleschs() -> None:
    assert reading_ease(PLAIN) == round(206.835 - 1.015 * 33 / 3 - 84.6 * 50 / 33) == 67
    assert reading_ease(HARD) == 0
    assert reading_ease(GERMAN) is None
    assert reading_ease("Fresh bread in Leeds, from six every morning.") is None


@pytest.mark.parametrize(("words", "minutes"), [(0, 0), (1, 1), (238, 1), (239, 2), (2_380, 10)])
def test_reading_time_is_rounded_up(words: int, minutes: int) -> None:
    assert reading_minutes("word " * words) == minutes


def test_article_tells_search_engines_what_it_is_about() -> None:
    found = gauge(content(ARTICLE, title="How to bake sourdough bread"))
    assert found.seo.keywords[:2] == ["sourdough", "bread"]
    assert found.seo.meta_title == "How to bake sourdough bread"
    description = found.seo.meta_description or ""
    assert description.startswith("Sourdough bread needs flour, water and time. Sourdough")
    assert len(description) <= 155
    assert found.seo_score == 100
    assert found.changes()["scores.seo"] == 100
    bare = gauge(content("We open.", title="A title that goes on and on, far beyond what any search result would show"))
    assert bare.seo_score is not None
    assert bare.seo_score < 40
    assert (bare.seo.meta_title or "").endswith("…")


def test_only_articles_tell_search_engines_anything() -> None:
    for kind in ("social_post", "email", "content_upgrade", "ad_copy"):
        found = gauge(content(ARTICLE, kind, title="Bread"))
        assert (found.seo_score, found.seo.meta_title) == (None, None)
        assert found.reading_time_minutes == 2


@given(st.text(max_size=3_000), st.text(max_size=100) | st.none())
def test_any_text_has_figures_within_their_bounds(text: str, title: str | None) -> None:
    made = gauged(content(text, title=title))
    assert Content.model_validate(made.model_dump()) == made
    assert gauge(made) == gauge(made)


async def test_a_stored_draft_has_its_figures_and_a_revision_new_ones(ready: Desk) -> None:
    saved = await ready.call(save_draft, platform="blog", text=ARTICLE)
    contents = Repository(ready.database, CONTENT_LIBRARY, ready.scope)
    first = await contents.get(saved["content_id"])
    assert (first.reading_time_minutes, first.scores.seo, first.seo.meta_title) == (2, 100, first.title)
    await ready.call(revise_draft, content_id=saved["content_id"], text=f"{HARD}\n\n{HARD}")
    second = await contents.get(saved["content_id"])
    assert (second.reading_time_minutes, second.scores.readability) == (1, 0)
    assert (second.scores.seo or 0) < 70
    assert second.scores.quality is None
