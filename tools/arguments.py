"""What models may pass to tools: strict about what it means, lenient about how it is written.

Numbers may come as text, lists as one comma-separated line, channels under any common name, dates with a time.
Control characters and characters that reverse the writing direction are taken out.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, TypeAlias, TypeVar

import orjson
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from core.ids import is_public_id
from tools.platform import ContentType, PlatformName
from tools.platforms.catalogue import CATALOGUE, find_platform

T = TypeVar("T")

UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
DAY_FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y")
LOCAL_MINUTE = "%Y-%m-%dT%H:%M:%S"
MOST_RECIPIENTS = 1_000
COUNT = re.compile(r"^([0-9][0-9,' ]*)(\.0+)?\s*(k|thousand|m|million)?\b", re.IGNORECASE)


def _shortened(schema: dict[str, Any]) -> None:
    """Leave out of a schema what a model need not read: titles, and null as another way not to give an argument."""
    schema.pop("title", None)
    shapes: dict[str, dict[str, Any]] = schema.get("properties", {})
    for shape in shapes.values():
        shape.pop("title", None)
        choices: list[dict[str, Any]] = shape.get("anyOf", [])
        given = [choice for choice in choices if choice != {"type": "null"}]
        if len(given) == 1 and len(choices) == 2:
            del shape["anyOf"]
            shape.update({**given[0], **shape})
            if shape.get("default", ...) is None:
                del shape["default"]


class Arguments(BaseModel):
    """The root of every params model. An argument that is null or blank counts as not given."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, json_schema_extra=_shortened)

    @model_validator(mode="before")
    @classmethod
    def _given_only(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        given: dict[str, Any] = {}
        for name, value in data.items():  # pyright: ignore[reportUnknownVariableType]
            if value is None or (isinstance(value, str) and not value.strip()):
                continue
            given[str(name)] = value  # pyright: ignore[reportUnknownArgumentType]
        return given


def clean_text(text: str) -> str:
    """Return the text with plain line ends and without characters that can't be shown or that mislead the eye."""
    return UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _as_text(value: Any) -> Any:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return clean_text(value) if isinstance(value, str) else value


def _as_line(value: Any) -> Any:
    value = _as_text(value)
    return " ".join(value.split()) if isinstance(value, str) else value


def _from_json(value: Any) -> Any:
    """Read a list that was passed as its JSON text."""
    if isinstance(value, str) and value.strip().startswith(("[", "{")):
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value


def _as_list(value: Any) -> Any:
    value = _from_json(value)
    if isinstance(value, str):
        return [part for part in re.split(r"\s*[,;\n]\s*(?:and\s+)?|\s+and\s+|\s+&\s+", value.strip(" []")) if part]
    return value


def _as_items(value: Any) -> Any:
    value = _from_json(value)
    return [value] if isinstance(value, (str, dict)) else value


def _as_count(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    found = COUNT.match(value.strip())
    if not found:
        return value
    factor = {"k": 1_000, "t": 1_000, "m": 1_000_000}.get((found[3] or " ")[0].lower(), 1)
    return int(re.sub(r"[,' ]", "", found[1])) * factor


def _as_number(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return re.sub(r"[,\s%£$€₹¥]", "", value)


def _as_platform(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    platform = find_platform(value)
    if platform is None:
        names = ", ".join(known.name for known in CATALOGUE)
        raise ValueError(f"{value[:40]!r} is not a channel of this house; the channels are {names}")
    return platform.name


def _as_content_type(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    name = re.sub(r"[\s-]+", "_", value.strip().lower())
    return CONTENT_TYPE_NAMES.get(name, name)


def _as_choice(value: Any) -> Any:
    return re.sub(r"[\s-]+", "_", value.strip().lower()) if isinstance(value, str) else value


def _as_day(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date()
    if not isinstance(value, str):
        return value
    plain = re.sub(r"(?<=\d)(st|nd|rd|th)\b|,", "", value.strip())
    head = plain[:10] if re.match(r"^\d{4}-\d{2}-\d{2}[T ]", plain) else plain
    for form in DAY_FORMS:
        try:
            return datetime.strptime(head, form).date()  # noqa: DTZ007 - a calendar day has no zone
        except ValueError:
            continue
    raise ValueError("give the day as YYYY-MM-DD, with the year")


def _as_moment(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str):
        raise ValueError("give the time as text, such as 2026-12-01T10:00")  # noqa: TRY004 - pydantic reads ValueError
    text = value.strip()
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return date.fromisoformat(text).isoformat()
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError("give the time as YYYY-MM-DDTHH:MM, the local time, or with its offset") from None


def _identified(prefix: str, what: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        value = value.strip("`'\"<>() ").lower()
        if not (value.startswith(f"{prefix}_") and is_public_id(value)):
            raise ValueError(f"that is not the id of {what}: such ids look like {prefix}_ and 32 hex digits")
        return value

    return check


def _post_id(value: str) -> str:
    value = value.strip("`'\"<>() ").lower()
    if not (value.startswith(("pst_", "eml_")) and is_public_id(value)):
        raise ValueError("that is not the id of a post (pst_…) or a scheduled email (eml_…); list_posts gives them")
    return value


CONTENT_TYPE_NAMES: dict[str, ContentType] = {
    "post": "social_post",
    "social": "social_post",
    "caption": "social_post",
    "tweet": "social_post",
    "thread": "social_post",
    "reel": "social_post",
    "story": "social_post",
    "message": "social_post",
    "video": "social_post",
    "ad": "ad_copy",
    "ads": "ad_copy",
    "advert": "ad_copy",
    "newsletter": "email",
    "e_mail": "email",
    "mail": "email",
    "article": "blog",
    "blog_post": "blog",
    "seo": "seo_content",
    "lead_magnet": "content_upgrade",
    "checklist": "content_upgrade",
}

CampaignId: TypeAlias = Annotated[str, AfterValidator(_identified("cmp", "a campaign"))]
ContentId: TypeAlias = Annotated[str, AfterValidator(_identified("cnt", "a draft"))]
PostId: TypeAlias = Annotated[str, AfterValidator(_post_id)]

Line: TypeAlias = Annotated[str, BeforeValidator(_as_line), StringConstraints(min_length=1, max_length=300)]
LongLine: TypeAlias = Annotated[str, BeforeValidator(_as_line), StringConstraints(min_length=1, max_length=2_000)]
ShortLine: TypeAlias = Annotated[str, BeforeValidator(_as_line), StringConstraints(min_length=1, max_length=80)]
Paragraph: TypeAlias = Annotated[str, BeforeValidator(_as_text), StringConstraints(min_length=1, max_length=2_000)]
Prose: TypeAlias = Annotated[str, BeforeValidator(_as_text), StringConstraints(min_length=1, max_length=8_000)]
Copy: TypeAlias = Annotated[str, BeforeValidator(_as_text), StringConstraints(min_length=1, max_length=110_000)]

Channel: TypeAlias = Annotated[PlatformName, BeforeValidator(_as_platform)]
Channels: TypeAlias = Annotated[list[Channel], BeforeValidator(_as_list), Field(min_length=1, max_length=17)]
TypeOfContent: TypeAlias = Annotated[ContentType, BeforeValidator(_as_content_type)]
Lines: TypeAlias = Annotated[list[Line], BeforeValidator(_as_items), Field(max_length=20)]
Words: TypeAlias = Annotated[list[ShortLine], BeforeValidator(_as_list), Field(max_length=60)]

Count: TypeAlias = Annotated[int, Field(ge=0, le=10**12), BeforeValidator(_as_count)]
Amount: TypeAlias = Annotated[float, Field(ge=0, le=10**12, allow_inf_nan=False), BeforeValidator(_as_number)]
Limit: TypeAlias = Annotated[int, Field(ge=1, le=50), BeforeValidator(_as_count)]
Day: TypeAlias = Annotated[date, BeforeValidator(_as_day)]
Moment: TypeAlias = Annotated[str, BeforeValidator(_as_moment)]
Link: TypeAlias = Annotated[
    str,
    BeforeValidator(_as_line),
    StringConstraints(max_length=2_048, pattern=r"^https?://[^\s<>\"]+$"),
]
Address: TypeAlias = Annotated[
    str,
    BeforeValidator(_as_line),
    StringConstraints(
        max_length=254, pattern=r"^[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+\.[^\s@<>,;:\"()\[\]\\]+$"
    ),
]
chosen = BeforeValidator(_as_choice)
items = BeforeValidator(_as_items)
Recipients: TypeAlias = Annotated[list[Address], items, Field(max_length=MOST_RECIPIENTS)]
