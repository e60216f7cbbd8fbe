"""Takes reports of conversions, revenue and spend, each once, and keeps the rows of their days in step with them."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from core.errors import Conflict, InvalidInput, NotFound
from core.ids import derived_id
from core.scope import Scope
from db.analytics_data import ANALYTICS_DATA, AnalyticsData, EmailMetrics, Metrics, PpcMetrics, SocialMetrics
from db.campaigns import CAMPAIGNS
from db.client import Database
from db.content_library import CONTENT_LIBRARY
from db.conversions import CONVERSIONS, Conversion
from db.email_campaigns import EMAIL_CAMPAIGNS
from db.managed_urls import MANAGED_URLS, ManagedUrl
from db.repository import Repository
from db.social_posts import SOCIAL_POSTS
from tools.figures.formulas import conversion_rate
from tools.figures.timezones import timezone_of
from tools.outside.clicks import code_of_click
from tools.publishing import moment_of

MOST: Final = 100_000
ADS: Final = "ads"
ATTEMPTS: Final = 10
AHEAD: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Report:
    """What is reported. Exactly one of ``post_id``, ``url_id``, ``campaign_id`` and ``click_id``, which a visitor has
    brought along from a managed link, says what it came from."""

    external_id: str
    at: datetime | None = None
    post_id: str | None = None
    url_id: str | None = None
    campaign_id: str | None = None
    click_id: str | None = None
    platform: str | None = None
    conversions: int = 1
    clicks: int = 0
    revenue_minor: int = 0
    spend_minor: int = 0
    currency: str | None = None


class ConversionBook:
    """The reports of one tenant."""

    def __init__(self, database: Database, scope: Scope) -> None:
        self._database = database
        self._scope = scope
        self.conversions = Repository(database, CONVERSIONS, scope)
        self._days = Repository(database, ANALYTICS_DATA, scope)
        self._posts = Repository(database, SOCIAL_POSTS, scope)
        self._emails = Repository(database, EMAIL_CAMPAIGNS, scope)

    async def take(self, report: Report) -> Conversion:
        """Keep a report. The same id is the same report: repeating it counts nothing twice.

        NotFound where what it names is not there, Conflict where its id was used for something else.
        """
        self._scope.require_write()
        wanted = await self._conversion(report)
        stored = await self.conversions.insert_once(wanted)
        told = set(Conversion.model_fields) - {"user_id", "created_at", "updated_at", "day", "timezone"}
        ignored = told if report.at else told - {"at"}
        if stored.model_dump(include=ignored) != wanted.model_dump(include=ignored):
            raise Conflict(f"The id {report.external_id!r} was reported already, with other figures. Use a new id.")
        await self.count(stored)
        return stored

    async def count(self, one: Conversion) -> None:
        """Work the rows of a report's day, and what its post or email has come to, out anew from all reports of them.
        Harmless when repeated."""
        same = {"day": one.day, "platform": one.platform, "campaign_id": one.campaign_id, "post_id": one.post_id}
        same |= {"email_id": one.email_id, "currency": one.currency}
        for _ in range(ATTEMPTS):
            found, of_source = await self.conversions.find(same, limit=MOST), await self._of_source(one)
            await self._days.put_each(self._rows(one, found))
            await self._tell_source(one, of_source)
            again = await self.conversions.find(same, limit=MOST)
            if len(again) == len(found) and await self._of_source(one) == of_source:
                return
        raise Conflict("Too much is reported at once. Send it again in a moment.")

    async def _of_source(self, one: Conversion) -> dict[str, int]:
        """Return how many conversions were reported of a post or email, by platform."""
        source = {"post_id": one.post_id} if one.post_id else {"email_id": one.email_id}
        if not any(source.values()):
            return {}
        grouped = {"_id": "$platform", "conversions": {"$sum": "$conversions"}}
        found = await self.conversions.aggregate([{"$match": source}, {"$group": grouped}])
        return {str(part["_id"]): int(part["conversions"]) for part in found}

    async def _tell_source(self, one: Conversion, found: Mapping[str, int]) -> None:
        """Store with the post or email what was reported of it; on a channel it is not on, for its first one."""
        total = sum(found.values())
        if one.email_id:
            with suppress(NotFound):
                await self._emails.change(one.email_id, {"analytics.conversions": total})
        post = await self._posts.find_one({"post_id": one.post_id}) if one.post_id else None
        if post is None:
            return
        rate = conversion_rate(total, post.analytics.clicks)
        changes: dict[str, Any] = {"analytics.conversions": total}
        changes["analytics.conversion_rate"] = None if rate is None else float(rate)
        places = [result.platform for result in post.platforms]
        for index, place in enumerate(places):
            elsewhere = sum(count for name, count in found.items() if name not in places) if index == 0 else 0
            if place in found or elsewhere:
                changes[f"platforms.{index}.conversions"] = found.get(place, 0) + elsewhere
        await self._posts.change(post.post_id, changes)

    def _rows(self, one: Conversion, found: list[Conversion]) -> list[AnalyticsData]:
        """Return the day's rows: what posts and emails brought counts as theirs, spend and revenue as advertising's."""
        conversions = sum(each.conversions for each in found)
        clicks, spend = sum(each.clicks for each in found), sum(each.spend_minor for each in found)
        revenue = sum(each.revenue_minor for each in found)
        rows: list[AnalyticsData] = []
        if one.post_id is not None:
            social = SocialMetrics(by_platform={one.platform: {"conversions": conversions}})
            rows.append(self._row(one, "post", one.post_id, Metrics(social=social)))
        elif one.email_id is not None:
            rows.append(
                self._row(one, f"email {one.email_id}", None, Metrics(email=EmailMetrics(conversions=conversions)))
            )
        sourced = one.post_id is not None or one.email_id is not None
        if spend or revenue or clicks or not sourced:
            ppc = PpcMetrics(
                ad_spend_minor=spend,
                currency=one.currency,
                clicks=clicks,
                conversions=0 if sourced else conversions,
                revenue_minor=revenue,
                roas=revenue / spend if spend else None,
            )
            rows.append(self._row(one, f"ads {one.email_id}" if one.email_id else "ads", None, Metrics(ppc=ppc)))
        return rows

    def _row(self, one: Conversion, kind: str, post_id: str | None, metrics: Metrics) -> AnalyticsData:
        key = (self._scope.user_id, "reported", kind, one.campaign_id, one.post_id, one.platform, one.day, one.currency)
        return AnalyticsData(
            analytics_id=derived_id(ANALYTICS_DATA.id_prefix, *(part or "" for part in key)),
            campaign_id=one.campaign_id,
            post_id=post_id,
            platform=one.platform,
            day=one.day,
            timezone=one.timezone,
            date=moment_of(f"{one.day}T00:00", ZoneInfo(one.timezone)),
            synced_at=self._database.clock.now(),
            reported=True,
            metrics=metrics,
        )

    async def _conversion(self, report: Report) -> Conversion:
        now = self._database.clock.now()
        at = report.at or now
        if at > now + AHEAD:
            raise InvalidInput("It lies in the future. Report what has happened.", field="at")
        if (report.revenue_minor or report.spend_minor) and report.currency is None:
            raise InvalidInput("Say in which currency the money is, such as GBP.", field="currency")
        report, email_id = await self._traced(report)
        timezone = await timezone_of(self._database, self._scope)
        return Conversion(
            conversion_id=derived_id(CONVERSIONS.id_prefix, self._scope.user_id, report.external_id),
            external_id=report.external_id,
            at=at,
            day=at.astimezone(timezone).date().isoformat(),
            timezone=timezone.key,
            post_id=report.post_id,
            url_id=report.url_id,
            email_id=email_id,
            campaign_id=report.campaign_id,
            platform=report.platform or ADS,
            conversions=report.conversions,
            clicks=report.clicks,
            revenue_minor=report.revenue_minor,
            spend_minor=report.spend_minor,
            currency=report.currency,
        )

    async def _traced(self, report: Report) -> tuple[Report, str | None]:
        """Return the report with all that follows from what it names, and the email it came from; NotFound if what it
        names is not the tenant's."""
        named = (report.post_id, report.url_id, report.campaign_id, report.click_id)
        if sum(one is not None for one in named) != 1:
            raise InvalidInput("Name exactly one of post_id, url_id, campaign_id and click_id: what it came from.")
        email_id = None
        if report.url_id or report.click_id:
            link = await self._link(report)
            contents = Repository(self._database, CONTENT_LIBRARY, self._scope)
            content = await contents.find_one({"content_id": link.source_id})
            used = content.used_in[-1] if content and content.used_in else ""
            email_id = used if used.startswith(f"{EMAIL_CAMPAIGNS.id_prefix}_") else None
            post_id = used if used.startswith(f"{SOCIAL_POSTS.id_prefix}_") else None
            platform = report.platform or link.platform or None
            report = replace(
                report, url_id=link.url_id, campaign_id=link.campaign_id, platform=platform, post_id=post_id
            )
        if report.post_id:
            post = await self._posts.get(report.post_id)
            platform = report.platform or next((result.platform for result in post.platforms), None)
            return replace(report, campaign_id=post.campaign_id, platform=platform), None
        if report.campaign_id:
            await Repository(self._database, CAMPAIGNS, self._scope).get(report.campaign_id)
        return report, email_id

    async def _link(self, report: Report) -> ManagedUrl:
        links = Repository(self._database, MANAGED_URLS, self._scope)
        if report.url_id:
            return await links.get(report.url_id)
        found = await links.find_one({"code": code_of_click(report.click_id or "")})
        if found is None:
            raise NotFound("No link of yours has given this click_id. Send it as the visitor brought it along.")
        return found
