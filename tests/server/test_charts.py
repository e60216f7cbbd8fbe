"""Charts are fetched as pictures and as figures, by their own account only, and shown in messages."""

import httpx
import pytest

from core.ids import new_id
from core.scope import Scope
from db.charts import CHARTS, Chart, ChartPoint
from db.repository import Repository
from server.rendering import as_html
from server.services import Services
from tests.server.conftest import Person


@pytest.fixture
async def chart(services: Services, person: Person) -> Chart:
    scope = Scope(person.user_id, person.user_id, "user")
    point = ChartPoint(key="facebook", label="Facebook", value=4, sources=["pst_1"], aggregation="sum of likes")
    made = Chart(
        chart_id=new_id("cht"), title="Likes by channel", kind="bar", metric="likes", group_by="platform",
        points=[point], spec='{"mark": {"type": "bar"}}', svg="<svg/>", png="iVBORw==",
    )  # fmt: skip
    return await Repository(services.database, CHARTS, scope).insert(made)


async def test_a_chart_is_there_in_every_form(person: Person, chart: Chart) -> None:
    async def fetched(ending: str) -> httpx.Response:
        return await person.client.get(f"/api/v1/charts/{chart.chart_id}{ending}")

    svg, png, spec, table = [await fetched(ending) for ending in (".svg", ".png", ".json", "")]
    assert (svg.text, svg.headers["content-type"]) == ("<svg/>", "image/svg+xml")
    assert "sandbox" in svg.headers["content-security-policy"]
    assert (png.content[:4], png.headers["content-type"]) == (b"\x89PNG", "image/png")
    assert spec.json() == {"mark": {"type": "bar"}}
    assert table.json()["points"][0]["sources"] == ["pst_1"]
    assert table.json()["addresses"]["svg"] == f"/api/v1/charts/{chart.chart_id}.svg"
    listed = (await person.client.get("/api/v1/charts")).json()["items"]
    assert [item["chart_id"] for item in listed] == [chart.chart_id]


@pytest.mark.parametrize("ending", [".svg", ".png", ".json", ""])
async def test_another_account_has_no_such_chart(stranger: Person, chart: Chart, ending: str) -> None:
    answer = await stranger.client.get(f"/api/v1/charts/{chart.chart_id}{ending}")
    assert answer.status_code == 404


async def test_nobody_has_one_without_logging_in(client: httpx.AsyncClient, chart: Chart) -> None:
    assert (await client.get(f"/api/v1/charts/{chart.chart_id}.svg")).status_code == 401


def test_messages_show_our_charts_and_no_other_pictures(chart: Chart) -> None:
    own = f"/api/v1/charts/{chart.chart_id}.svg"
    assert f'src="{own}"' in as_html(f"![Likes]({own})")
    for address in ("https://evil.example/x.png", f"https://evil.example{own}", f"/{own}", f"{own}?x=1", "data:,x"):
        assert "src" not in as_html(f"![Likes]({address})")
