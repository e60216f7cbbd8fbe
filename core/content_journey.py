"""Where a piece of content may lead its readers next, and what it may be there for: the one table of both.

social post → blog post → content upgrade → email sequence, from which it may go on to a blog post or an upgrade
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypeAlias

from core.errors import InvalidInput

ContentKind: TypeAlias = Literal["social_post", "blog_post", "content_upgrade", "email_sequence"]
ConversionGoal: TypeAlias = Literal[
    "website_visit", "lead_magnet", "email_signup", "sale", "share", "referral", "testimonial"
]

NEXT: Final[Mapping[ContentKind, tuple[ContentKind, ...]]] = {
    "social_post": ("blog_post", "content_upgrade"),
    "blog_post": ("content_upgrade", "email_sequence"),
    "content_upgrade": ("email_sequence",),
    "email_sequence": ("blog_post", "content_upgrade"),
}
# The first is what a piece is for unless somebody says otherwise.
GOALS: Final[Mapping[ContentKind, tuple[ConversionGoal, ...]]] = {
    "social_post": ("website_visit", "lead_magnet", "sale"),
    "blog_post": ("lead_magnet", "sale", "share"),
    "content_upgrade": ("email_signup", "sale", "share"),
    "email_sequence": ("sale", "referral", "testimonial"),
}
KINDS: Final[Mapping[str, ContentKind]] = {
    "social_post": "social_post",
    "blog": "blog_post",
    "seo_content": "blog_post",
    "content_upgrade": "content_upgrade",
    "email": "email_sequence",
}
SPOKEN: Final[Mapping[ContentKind, str]] = {
    "social_post": "a social post",
    "blog_post": "a blog post",
    "content_upgrade": "a content upgrade",
    "email_sequence": "an email sequence",
}


def kind_of(content_type: str) -> ContentKind | None:
    """Return what a type of content is in a journey; None for what has no place in one, such as an advert."""
    return KINDS.get(content_type)


def usual_goal(content_type: str) -> ConversionGoal | None:
    """Return what a piece is there for unless somebody says otherwise."""
    kind = kind_of(content_type)
    return GOALS[kind][0] if kind else None


def placed(content_type: str) -> ContentKind:
    """Return what a type of content is in a journey; InvalidInput for what has no place in one."""
    kind = kind_of(content_type)
    if kind is None:
        what = content_type.replace("_", " ").capitalize()
        raise InvalidInput(f"{what} has no place in a content journey: {_either(list(SPOKEN.values()))} has.")
    return kind


def require_next(kind: ContentKind, target: ContentKind) -> None:
    """Raise InvalidInput, naming what is allowed, unless one kind may lead to the other."""
    if target not in NEXT[kind]:
        allowed = _either([SPOKEN[one] for one in NEXT[kind]])
        raise InvalidInput(
            f"{SPOKEN[kind].capitalize()} can't lead to {SPOKEN[target]}. It may lead to {allowed}.",
            field="next_content_id",
        )


def require_goal(kind: ContentKind, goal: ConversionGoal) -> None:
    """Raise InvalidInput, naming what is allowed, unless a kind may be there for this."""
    if goal not in GOALS[kind]:
        raise InvalidInput(
            f"{SPOKEN[kind].capitalize()} can't have the goal {goal}. Its goal may be {_either(GOALS[kind])}.",
            field="conversion_goal",
        )


def _either(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else names[0]
