"""What holds for the whole installation, by name: unit prices, limits. Tenants read it and never write it."""

from typing import Any

from pydantic import Field

from db.collection import Collection, Index, SharedDocument


class SystemConfig(SharedDocument):
    """One named value."""

    config_id: str
    config_key: str
    value: dict[str, Any] = Field(default_factory=dict[str, Any])
    description: str = ""


SYSTEM_CONFIG = Collection(
    name="system_config",
    model=SystemConfig,
    id_field="config_id",
    id_prefix="cfg",
    tenant=None,
    indexes=(Index(("config_key",), unique=True),),
)
