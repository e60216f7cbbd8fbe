"""Charts of an answer as pictures in its thread, by Slack's way of uploading files."""

import base64
from typing import Any, Final

import structlog

from core.errors import AppError, Rejected
from core.json_text import inner_list, inner_object
from db.charts import CHARTS, Chart
from db.slack_threads import Sending
from server.slack.client import SlackRefused
from server.slack.ground import SlackGround
from server.slack.telling import Changes, Step, Teller
from tools.outside.http import Call

log = structlog.get_logger(__name__)

FILES: Final = ("https://files.slack.com/",)


class Pictures:
    """Uploads charts."""

    def __init__(self, ground: SlackGround) -> None:
        self._ground = ground

    def showing(self, teller: Teller, chart_id: str, key: str) -> Step:
        """Return the step of putting one chart into the thread. One that was deleted, or is refused, is left out."""

        async def take(then: Changes) -> None:
            charts = self._ground.repository(CHARTS, self._ground.of_tenant(teller.thread.user_id))
            chart = await charts.find_one({"chart_id": chart_id})
            if chart is not None:
                try:
                    await self._show(teller, chart, key)
                except SlackRefused as refusal:
                    log.warning("slack took no picture", reason=refusal.reason)
            await teller.keep(**then)

        return Step(key, take)

    async def _show(self, teller: Teller, chart: Chart, key: str) -> None:
        under_way = teller.thread.sending
        file_id = under_way.file_id if under_way and under_way.key == key else None
        if file_id is not None and await self._stands(teller, file_id):
            return
        file_id = await self._uploaded(teller, base64.b64decode(chart.png), f"{chart.title[:80]}.png")
        await teller.keep(sending=Sending(key=key, file_id=file_id).model_dump())
        place: dict[str, Any] = {"channel_id": teller.thread.channel_id}
        if teller.thread.thread_ts:
            place["thread_ts"] = teller.thread.thread_ts
        shared = {"files": [{"id": file_id, "title": chart.title[:200]}], **place}
        await teller.call("files.completeUploadExternal", shared)

    async def _uploaded(self, teller: Teller, data: bytes, name: str) -> str:
        asked = {"filename": name.replace("/", "-"), "length": len(data), "alt_txt": name.removesuffix(".png")}
        told = await teller.call("files.getUploadURLExternal", asked, form=True)
        url = str(told.get("upload_url", ""))
        if not url.startswith((*FILES, f"{self._ground.base}/")):
            raise Rejected("Slack names a place for files that is not its own.")
        answer = await self._ground.outside.send(
            Call("Slack", "POST", url, data=data, headers={"Content-Type": "application/octet-stream"}, encoded=True)
        )
        if not answer.ok:
            raise answer.failure("The picture was not taken.")
        return str(told["file_id"])

    async def _stands(self, teller: Teller, file_id: str) -> bool:
        """Whether a file is in a conversation already."""
        try:
            found = inner_object((await teller.call("files.info", {"file": file_id}, form=True)).get("file"))
        except AppError as error:
            log.warning("slack file can't be looked at, a picture may come twice", reason=error.message)
            return False
        shares = inner_object(found.get("shares"))
        return any(inner_list(found.get(name)) for name in ("channels", "groups", "ims")) or bool(shares)
