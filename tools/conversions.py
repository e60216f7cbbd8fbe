"""Takes reports of conversions, revenue and spend, each once, and keeps the rows of their days in step with them."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import Conflict, InvalidInput
from core.ids import derived_id
from core.scope import Scope
from db.analytics_data import ANALYTICS_DATA, AnalyticsData, Metrics, PpcMetrics, SocialMetrics
from db.campaigns import CAMPAIGNS
from db.client import Database
from db.content_library import CONTENT_LIBRARY
from db.conversions import CONVERSIONS, Conversion
from db.managed_urls import MANAGED_URLS
from db.repository import Repository
from db.social_posts import SOCIAL_POSTS
from tools.figures.timezones import timezone_of
from tools.publishing import moment_of

MOST: Final = 100_000
ADS: Final = "ads"
ATTEMPTS: Final = 10
AHEAD: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Report:
    """What is reported. Exactly one of ``post_id``, ``url_id`` and ``campaign_id`` says what it came from."""

    external_id: str
    at: datetime | None = None
    post_id: str | None = None
    url_id: str | None = None
    campaign_id: str | None = None
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
        """Work the rows of a report's day out anew from all reports of that day. Harmless when repeated."""
        same = {"day": one.day, "platform": one.platform, "campaign_id": one.campaign_id, "post_id": one.post_id}
        for _ in range(ATTEMPTS):
            found = await self.conversions.find({**same, "currency": one.currency}, limit=MOST)
            await self._days.put_each(self._rows(one, found))
            if len(await self.conversions.find({**same, "currency": one.currency}, limit=MOST)) == len(found):
                return
        raise Conflict("Too much is reported at once. Send it again in a moment.")

    def _rows(self, one: Conversion, found: list[Conversion]) -> list[AnalyticsData]:
        """Return the day's rows: what posts brought counts as theirs, spend and revenue as advertising's."""
        conversions = sum(each.conversions for each in found)
        clicks, spend = sum(each.clicks for each in found), sum(each.spend_minor for each in found)
        revenue = sum(each.revenue_minor for each in found)
        rows: list[AnalyticsData] = []
        if one.post_id is not None:
            social = SocialMetrics(by_platform={one.platform: {"conversions": conversions}})
            rows.append(self._row(one, "post", one.post_id, Metrics(social=social)))
        if spend or revenue or clicks or one.post_id is None:
            ppc = PpcMetrics(
                ad_spend_minor=spend,
                currency=one.currency,
                clicks=clicks,
                conversions=0 if one.post_id else conversions,
                revenue_minor=revenue,
                roas=revenue / spend if spend else None,
            )
            rows.append(self._row(one, "ads", None, Metrics(ppc=ppc)))
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
        report = await self._traced(report)
        timezone = await timezone_of(self._database, self._scope)
        return Conversion(
            conversion_id=derived_id(CONVERSIONS.id_prefix, self._scope.user_id, report.external_id),
            external_id=report.external_id,
            at=at,
            day=at.astimezone(timezone).date().isoformat(),
            timezone=timezone.key,
            post_id=report.post_id,
            url_id=report.url_id,
            campaign_id=report.campaign_id,
            platform=report.platform or ADS,
            conversions=report.conversions,
            clicks=report.clicks,
            revenue_minor=report.revenue_minor,
            spend_minor=report.spend_minor,
            currency=report.currency,
        )

    async def _traced(self, report: Report) -> Report:
        """Return the report with all that follows from what it names; NotFound if that is not the tenant's."""
        if sum(one is not None for one in (report.post_id, report.url_id, report.campaign_id)) != 1:
            raise InvalidInput("Name exactly one of post_id, url_id and campaign_id: what it came from.")
        if report.url_id:
            link = await Repository(self._database, MANAGED_URLS, self._scope).get(report.url_id)
            contents = Repository(self._database, CONTENT_LIBRARY, self._scope)
            content = await contents.find_one({"content_id": link.source_id})
            posts = [one for one in content.used_in if one.startswith(SOCIAL_POSTS.id_prefix)] if content else []
            platform, post_id = report.platform or link.platform or None, posts[-1] if posts else None
            report = replace(report, campaign_id=link.campaign_id, platform=platform, post_id=post_id)
        if report.post_id:
            post = await Repository(self._database, SOCIAL_POSTS, self._scope).get(report.post_id)
            platform = report.platform or next((result.platform for result in post.platforms), None)
            return replace(report, campaign_id=post.campaign_id, platform=platform)
        if report.campaign_id:
            await Repository(self._database, CAMPAIGNS, self._scope).get(report.campaign_id)
        return report
