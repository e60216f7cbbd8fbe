"""LinkedIn: posts of members and organisations through the versioned REST API, opened with OAuth 2.

A post's commentary takes 3,000 characters; Buffer documents that they are counted in UTF-16 units. It is written in
LinkedIn's little text format, whose reserved characters are escaped here.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, ClassVar
from urllib.parse import quote

from core.errors import NotFound, OutcomeUnknown, PlatformError, ReconnectNeeded, Rejected
from core.json_text import inner_object
from tools.approval.permit import Permit
from tools.counting import utf16_units
from tools.outside.contract import Access, Figures, Identity, Media, Notes, Published, Search
from tools.outside.failures import closed, refused
from tools.outside.http import Answer, Call, Outside
from tools.outside.json_lists import json_list
from tools.outside.oauth import Login
from tools.platform import HASHTAG, MediaRule, Platform

LABEL = "LinkedIn"
API = "https://api.linkedin.com"
VERSION = "202610"
RESERVED = re.compile(r"[\\|{}@\[\]()<>#*_~]")
ESCAPED = re.compile(r"\\([\\|{}@\[\]()<>#*_~])")
TEMPLATE = re.compile(r"\{hashtag\|(?:\\)?#\|([^}]*)\}")
URN = re.compile(r"urn:li:(?:share|ugcPost|image|organization|person):[\w-]+")
PAGES = 5
PAGE = 50


class LinkedIn:
    """The adapter."""

    look_ups: ClassVar[bool] = True
    metrics_at_once: ClassVar[int] = 50

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._base = outside.base("linkedin", API)

    async def identify(self, access: Access) -> list[Identity]:
        """Return the member and the organisations they administer."""
        me = (await self._call(access, "GET", "/v2/userinfo")).object()
        found = [
            Identity(
                f"urn:li:person:{me['sub']}", str(me.get("name", "")), picture=str(me.get("picture") or "") or None
            )
        ]
        path = "/rest/organizationAcls?q=roleAssignee&role=ADMINISTRATOR&state=APPROVED"
        try:
            rights = json_list(await self._call(access, "GET", path), "elements")
        except (ReconnectNeeded, Rejected):
            return found  # the application was not given the right to see organisations
        for right in rights:
            urn = str(right.get("organization", ""))
            told = await self._call(access, "GET", f"/rest/organizations/{urn.rpartition(':')[2]}")
            about = told.object()
            vanity = str(about.get("vanityName") or "") or None
            found.append(Identity(urn, str(about.get("localizedName") or urn), vanity))
        return found

    async def publish(self, access: Access, permit: Permit, notes: Notes) -> Published:
        post = permit.post_on(PLATFORM.name, access)
        images = [{"id": await self._uploaded(access, item, notes), "altText": item.alt[:4086]} for item in post.media]
        body: dict[str, Any] = {
            "author": access.account_id,
            "commentary": escaped(PLATFORM.composed(post.text, post.hashtags, post.link)),
            "visibility": "PUBLIC",
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
        }
        if len(images) == 1:
            body["content"] = {"media": images[0]}
        elif images:
            body["content"] = {"multiImage": {"images": images}}
        answer = await self._call(access, "POST", "/rest/posts", json=body, effect=True)
        made = answer.headers.get("x-restli-id", "")
        if not URN.fullmatch(made):
            raise answer.nonsense()
        return Published(made, _address(made), answer.at)

    async def look_up(self, access: Access, search: Search) -> Published | None:
        post = search.post
        wanted = _comparable(PLATFORM.composed(post.text, post.hashtags, post.link))
        author = quote(access.account_id, safe="")
        for page in range(PAGES):
            path = f"/rest/posts?author={author}&q=author&count={PAGE}&start={page * PAGE}&sortBy=CREATED"
            try:
                found = json_list(await self._call(access, "GET", path, finder=True), "elements")
            except (ReconnectNeeded, Rejected) as error:
                if error.details.get("permission"):
                    raise OutcomeUnknown(
                        f"{LABEL} does not let us read this account's posts. Look there before repeating it."
                    ) from None
                raise
            for one in found:
                made, moment = str(one.get("id")), _moment(one.get("publishedAt") or one.get("createdAt"))
                if search.holds(moment, made) and _comparable(unescaped(str(one.get("commentary", "")))) == wanted:
                    return Published(made, _address(made), moment)
            oldest = _moment(found[-1].get("createdAt")) if found else None
            if len(found) < PAGE or oldest is None or oldest < search.since:
                return None
        return None

    async def delete(self, access: Access, permit: Permit) -> None:
        name = _quoted(permit.removal_on(PLATFORM.name, access))
        try:
            await self._call(access, "DELETE", f"/rest/posts/{name}")
        except NotFound:
            return

    async def metrics(self, access: Access, platform_post_ids: Sequence[str]) -> dict[str, Figures]:
        """Return reactions and comments; for an organisation's posts views, clicks and shares too."""
        if not platform_post_ids:
            return {}
        ids = ",".join(map(_quoted, platform_post_ids))
        told = (await self._call(access, "GET", f"/rest/socialMetadata?ids=List({ids})")).object()
        social = inner_object(told.get("results"))
        seen = await self._statistics(access, platform_post_ids)
        return {
            one: _figures(inner_object(social[one]), seen.get(one, {})) for one in platform_post_ids if one in social
        }

    async def _statistics(self, access: Access, urns: Sequence[str]) -> dict[str, dict[str, Any]]:
        if not access.account_id.startswith("urn:li:organization:"):
            return {}
        found: dict[str, dict[str, Any]] = {}
        owner = quote(access.account_id, safe="")
        for field, kind in (("shares", "share"), ("ugcPosts", "ugcPost")):
            ids = ",".join(_quoted(urn) for urn in urns if urn.startswith(f"urn:li:{kind}:"))
            if ids:
                path = f"/rest/organizationalEntityShareStatistics?q=organizationalEntity&organizationalEntity={owner}"
                answer = await self._call(access, "GET", f"{path}&{field}=List({ids})")
                for row in json_list(answer, "elements"):
                    found[str(row.get(kind))] = inner_object(row.get("totalShareStatistics"))
        return found

    async def _uploaded(self, access: Access, media: Media, notes: Notes) -> str:
        if earlier := notes.get(f"media:{media.digest}"):
            return earlier
        body = {"initializeUploadRequest": {"owner": access.account_id}}
        answer = await self._call(access, "POST", "/rest/images?action=initializeUpload", json=body)
        value = inner_object(answer.object().get("value"))
        address, image = str(value.get("uploadUrl", "")), str(value.get("image", ""))
        if not address or not image:
            raise answer.nonsense()
        headers = {"Authorization": f"Bearer {access.token}", "Content-Type": media.content_type}
        sent = await self._outside.send(
            Call(LABEL, "PUT", address, headers=headers, data=media.data, encoded=True, secrets=access.secrets)
        )
        if not sent.ok:
            raise _failure(sent)
        await notes.put(f"media:{media.digest}", image)
        return image

    async def _call(self, access: Access, method: str, path: str, *, finder: bool = False, **more: Any) -> Answer:
        headers = {
            "Authorization": f"Bearer {access.token}",
            "LinkedIn-Version": VERSION,
            "X-Restli-Protocol-Version": "2.0.0",
        }
        if finder or method == "DELETE":
            headers["X-RestLi-Method"] = "FINDER" if finder else "DELETE"
        answer = await self._outside.send(
            Call(LABEL, method, f"{self._base}{path}", headers=headers, encoded=True, secrets=access.secrets, **more)
        )
        if not answer.ok:
            raise _failure(answer)
        return answer


def _failure(answer: Answer) -> PlatformError | NotFound:
    words = answer.words("message")
    if answer.status == HTTPStatus.NOT_FOUND:
        return NotFound(f"{LABEL} has no such post.")
    if answer.status == HTTPStatus.FORBIDDEN:
        error = closed(LABEL, words)
        error.details["permission"] = True
        return error
    if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY and "duplicate" in words.casefold():
        known = URN.search(words)
        return refused(LABEL, words, duplicate=True, platform_post_id=known[0] if known else "")
    return answer.failure(words)


def escaped(text: str) -> str:
    """Write a text in the little text format: reserved characters escaped, hashtags left as they are."""
    parts: list[str] = []
    position = 0
    for tag in HASHTAG.finditer(text):
        parts += [_escape(text[position : tag.start()]), "#", _escape(tag[1])]
        position = tag.end()
    return "".join([*parts, _escape(text[position:])])


def unescaped(text: str) -> str:
    """Read the little text format back."""
    return ESCAPED.sub(r"\1", TEMPLATE.sub(r"#\1", text))


def _escape(text: str) -> str:
    return RESERVED.sub(lambda match: f"\\{match[0]}", text)


def _figures(social: Mapping[str, Any], seen: Mapping[str, Any]) -> Figures:
    reactions = inner_object(social.get("reactionSummaries")).values()
    likes = sum(int(inner_object(reaction).get("count", 0)) for reaction in reactions)
    return Figures(
        views=seen.get("impressionCount"),
        impressions=seen.get("impressionCount"),
        reach=seen.get("uniqueImpressionsCount"),
        likes=likes,
        comments=inner_object(social.get("commentSummary")).get("count"),
        shares=seen.get("shareCount"),
        clicks=seen.get("clickCount"),
    )


def _moment(told: object) -> datetime | None:
    return datetime.fromtimestamp(told / 1000, tz=UTC) if isinstance(told, int) else None


def _quoted(urn: str) -> str:
    if not URN.fullmatch(urn):
        raise Rejected(f"{urn[:60]!r} is not the id of a LinkedIn post.")
    return quote(urn, safe="")


def _comparable(text: str) -> str:
    return " ".join(text.split())


def _address(urn: str) -> str:
    return f"https://www.linkedin.com/feed/update/{urn}/"


PLATFORM = Platform(
    name="linkedin",
    label=LABEL,
    aliases=("li", "linked in", "linkedin page"),
    content_types=("social_post",),
    limit=3_000,
    count=utf16_units,
    max_media=20,
    media=(
        MediaRule("image", 20, ("image/jpeg", "image/png"), 8_000_000),
        MediaRule("gif", 20, ("image/gif",), 8_000_000),
    ),
    link_in="text",
    advice=("About 210 characters show before 'more'.", "Three to five hashtags at the end."),
    sources=(
        "https://developers.buffer.com/guides/character-limits.md",
        "https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api",
        "https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/images-api",
    ),
    adapter=LinkedIn,
    login=Login(
        app="linkedin",
        web="https://www.linkedin.com",
        authorise="/oauth/v2/authorization",
        api="https://www.linkedin.com",
        token="/oauth/v2/accessToken",  # noqa: S106 - an address
        revoke="/oauth/v2/revoke",
        scopes=(
            "openid",
            "profile",
            "w_member_social",
            "w_organization_social",
            "r_organization_social",
            "rw_organization_admin",
        ),
        pkce=False,
    ),
)
