"""Every collection there is. What is listed here is created, validated, exported and erased; nowhere else is data."""

from typing import Any

from db.access_codes import ACCESS_CODES
from db.agent_events import AGENT_EVENTS
from db.agent_memory import AGENT_MEMORY
from db.agent_tasks import AGENT_TASKS
from db.analytics_data import ANALYTICS_DATA
from db.api_keys import API_KEYS
from db.approval_requests import APPROVAL_REQUESTS
from db.audit_log import AUDIT_LOG
from db.calendar_feeds import CALENDAR_FEEDS
from db.campaign_events import CAMPAIGN_EVENTS
from db.campaigns import CAMPAIGNS
from db.charts import CHARTS
from db.chat_turns import CHAT_TURNS
from db.collection import Collection
from db.connection_attempts import CONNECTION_ATTEMPTS
from db.content_library import CONTENT_LIBRARY
from db.content_versions import CONTENT_VERSIONS
from db.conversations import CONVERSATIONS
from db.conversions import CONVERSIONS
from db.deliveries import DELIVERIES
from db.email_campaigns import EMAIL_CAMPAIGNS
from db.erasures import ERASURES
from db.global_memory import GLOBAL_MEMORY
from db.link_visits import LINK_VISITS
from db.live_packets import LIVE_PACKETS
from db.mail_refusals import MAIL_REFUSALS
from db.managed_urls import MANAGED_URLS
from db.memory_changes import MEMORY_CHANGES
from db.memory_support import MEMORY_SUPPORT
from db.memory_switches import MEMORY_SWITCHES
from db.messages import MESSAGES
from db.notices import NOTICES
from db.notification_mails import NOTIFICATION_MAILS
from db.profiles import PROFILES
from db.rate_limits import RATE_LIMITS
from db.scheduled_jobs import SCHEDULED_JOBS
from db.settings import SETTINGS
from db.sites import SITES
from db.slack_cards import SLACK_CARDS
from db.slack_codes import SLACK_CODES
from db.slack_inbox import SLACK_INBOX
from db.slack_installations import SLACK_INSTALLATIONS
from db.slack_links import SLACK_LINKS
from db.slack_threads import SLACK_THREADS
from db.social_accounts import SOCIAL_ACCOUNTS
from db.social_posts import SOCIAL_POSTS
from db.spend_entries import SPEND_ENTRIES
from db.system_config import SYSTEM_CONFIG
from db.user_memory import USER_MEMORY
from db.users import USERS
from db.visitors import VISITORS
from db.voice_checks import VOICE_CHECKS
from db.webhook_deliveries import WEBHOOK_DELIVERIES
from db.webhooks import WEBHOOKS
from db.workers import WORKERS
from db.zoho_crm_records import ZOHO_CRM_RECORDS
from db.zoho_tokens import ZOHO_TOKENS

CATALOGUE: tuple[Collection[Any], ...] = (
    USERS,
    PROFILES,
    CONVERSATIONS,
    CONVERSIONS,
    MESSAGES,
    NOTICES,
    CAMPAIGNS,
    ZOHO_TOKENS,
    SOCIAL_ACCOUNTS,
    CONNECTION_ATTEMPTS,
    MANAGED_URLS,
    LINK_VISITS,
    SOCIAL_POSTS,
    DELIVERIES,
    RATE_LIMITS,
    ZOHO_CRM_RECORDS,
    EMAIL_CAMPAIGNS,
    CONTENT_LIBRARY,
    CONTENT_VERSIONS,
    USER_MEMORY,
    AGENT_MEMORY,
    GLOBAL_MEMORY,
    MEMORY_CHANGES,
    MEMORY_SUPPORT,
    MEMORY_SWITCHES,
    AGENT_EVENTS,
    AGENT_TASKS,
    APPROVAL_REQUESTS,
    VOICE_CHECKS,
    ANALYTICS_DATA,
    CHARTS,
    SETTINGS,
    WEBHOOKS,
    WEBHOOK_DELIVERIES,
    NOTIFICATION_MAILS,
    MAIL_REFUSALS,
    CALENDAR_FEEDS,
    SCHEDULED_JOBS,
    AUDIT_LOG,
    ACCESS_CODES,
    WORKERS,
    CAMPAIGN_EVENTS,
    SPEND_ENTRIES,
    SYSTEM_CONFIG,
    API_KEYS,
    CHAT_TURNS,
    SITES,
    VISITORS,
    SLACK_INSTALLATIONS,
    SLACK_LINKS,
    SLACK_CODES,
    SLACK_INBOX,
    SLACK_THREADS,
    SLACK_CARDS,
    LIVE_PACKETS,
    ERASURES,
)

OWNED: tuple[Collection[Any], ...] = tuple(collection for collection in CATALOGUE if collection.tenant is not None)
