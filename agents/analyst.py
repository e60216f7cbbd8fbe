"""The analyst: answers from stored figures and names the rows they came from."""

from agents.spec import AgentSpec
from tools.analytics import query_metrics
from tools.campaigns import get_campaign, list_campaigns
from tools.charts import draw_chart
from tools.crm import search_crm
from tools.posts import list_posts

ANALYST = AgentSpec(
    name="analyst",
    title="Analyst",
    mark="▲",
    summary="Answers from stored figures and names the rows they came from.",
    prompt="analyst",
    tools=(query_metrics, draw_chart, list_campaigns, get_campaign, list_posts, search_crm),
)
