"""How the business is called, looks and sounds: kept with the account's settings, and known to the team as facts."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from core.ids import derived_id, new_id
from core.scope import Scope
from db.audit_log import AUDIT_LOG, AuditEntry
from db.settings import SETTINGS, AccountSettings, Branding
from server.services import Services

LANGUAGES: Final = (
    "English", "German", "French", "Spanish", "Italian", "Portuguese", "Dutch", "Polish", "Czech", "Danish", "Swedish",
    "Norwegian", "Finnish", "Greek", "Turkish", "Ukrainian", "Arabic", "Hebrew", "Hindi", "Japanese", "Korean",
    "Chinese",
)  # fmt: skip
# What each field says when the team is told of it, and the fact that it states.
FACTS: Final[Mapping[str, tuple[str, Callable[[str], str]]]] = MappingProxyType(
    {
        "company_name": ("business name", lambda value: f"Our business name is {value}."),
        "tone_of_voice": ("tone of voice", lambda value: f"Our tone of voice is {value}."),
        "language": ("language", lambda value: f"We write in {value}."),
        "primary_color": ("brand colours", lambda value: f"Our brand colour is {value}."),
    }
)


async def account_settings(parts: Services, scope: Scope) -> AccountSettings:
    """Return the account's settings; made on first use."""
    repository = parts.repository(SETTINGS, scope)
    found = await repository.find_one({})
    return found or await repository.insert_once(AccountSettings(settings_id=derived_id("set", scope.user_id)))


async def settings_as_they_are(parts: Services, scope: Scope) -> AccountSettings:
    """Return the account's settings, or those a new account has; makes nothing."""
    return await parts.repository(SETTINGS, scope).find_one({}) or AccountSettings(settings_id="set_none")


async def change_branding(parts: Services, scope: Scope, changes: Mapping[str, str | None]) -> AccountSettings:
    """Change what is given, and let memory hold it: a new fact replaces the older one, an emptied one is forgotten."""
    scope.require_write()
    settings = await account_settings(parts, scope)
    differing = {
        name: value or None for name, value in changes.items() if getattr(settings.branding, name) != (value or None)
    }
    if not differing:
        return settings
    changed = await parts.repository(SETTINGS, scope).update(
        settings.settings_id, {f"branding.{name}": value for name, value in differing.items()}
    )
    await _audit(parts, scope, changed, {"before": _shown(settings.branding, differing), "after": differing})
    for name, value in differing.items():
        if name in FACTS:
            await _tell(parts, scope, name, value)
    return changed


async def _tell(parts: Services, scope: Scope, name: str, value: str | None) -> None:
    subject, says = FACTS[name]
    desk = parts.memory.desk
    if value:
        await desk.note(scope, says(value.rstrip(". ")), cause=new_id("cau"))
    elif (fact := await desk.memories.current_fact(scope, subject)) and fact.metadata.speaker == scope.actor_id:
        await desk.forget(scope, [fact.memory_id])


async def _audit(parts: Services, scope: Scope, settings: AccountSettings, changes: dict[str, Any]) -> None:
    entry = AuditEntry(
        audit_id=new_id(AUDIT_LOG.id_prefix),
        action="settings_changed",
        resource_type="settings",
        resource_id=settings.settings_id,
        actor_id=scope.actor_id,
        changes=changes,
    )
    await parts.repository(AUDIT_LOG, scope).insert(entry)


def _shown(branding: Branding, names: Mapping[str, Any]) -> dict[str, Any]:
    return {name: getattr(branding, name) for name in names}
