"""Settings from the environment and ``.env``: the only place that reads them. Nothing is read at import."""

from ipaddress import ip_network
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

OPENAI_URL: Final = "https://api.openai.com/v1"


class Settings(BaseSettings):
    """Every setting of the product. Well-known names where they exist, ``MM_`` otherwise."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", populate_by_name=True)

    host: str = Field(default="127.0.0.1", alias="MM_HOST", description="Address to listen on.")
    port: int = Field(
        default=8000, alias="MM_PORT", ge=0, le=65535, description="Port to listen on; 0 takes a free one."
    )
    data_dir: Path = Field(
        default=Path(".data"), alias="MM_DATA_DIR", description="Where the embedded parts keep their data."
    )
    public_url: str = Field(
        default="", alias="MM_PUBLIC_URL", description="Address people reach this server by, for links."
    )
    allowed_origins: list[str] = Field(
        default_factory=list,
        alias="MM_ALLOWED_ORIGINS",
        description="Other web origins that may open a WebSocket or call the API, as a JSON list.",
    )
    trusted_proxies: list[str] = Field(
        default_factory=lambda: ["127.0.0.1", "::1"],
        alias="MM_TRUSTED_PROXIES",
        description="Addresses or networks of proxies whose X-Forwarded-For says who calls, as a JSON list.",
    )
    registration: Literal["", "open", "invite", "closed"] = Field(
        default="",
        alias="MM_REGISTRATION",
        description="Who may register; open on loopback and invite elsewhere by default.",
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        alias="MM_SECRET_KEY",
        description="Signs access tokens; made in the data folder when not set.",
    )
    encryption_keys: SecretStr = Field(
        default=SecretStr(""),
        alias="MM_ENCRYPTION_KEYS",
        description="Fernet keys for secret fields, comma-separated, newest first; made in the data folder if not set.",
    )
    access_token_minutes: int = Field(
        default=720,
        alias="MM_ACCESS_TOKEN_MINUTES",
        ge=1,
        description="How long a login lasts, in minutes.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO",
        alias="MM_LOG_LEVEL",
        description="How much is logged.",
    )

    mongodb_uri: SecretStr = Field(
        default=SecretStr(""),
        alias="MONGODB_URI",
        description="A MongoDB to use instead of the embedded one (8.0 or newer).",
    )
    mongodb_database: str = Field(
        default="marketing_minds", alias="MM_MONGODB_DATABASE", description="Name of the database."
    )

    database_url: SecretStr = Field(
        default=SecretStr(""),
        alias="DATABASE_URL",
        description="A PostgreSQL where running campaigns are kept, shared by all workers; SQLite if not set.",
    )
    redis_url: SecretStr = Field(
        default=SecretStr(""),
        alias="REDIS_URL",
        description="A Redis that carries the live feed between server processes on one MongoDB; MongoDB's change "
        "streams do if not set.",
    )
    worker: bool = Field(
        default=True,
        alias="MM_WORKER",
        description="Whether `serve` also runs campaigns and scheduled jobs, in its own process.",
    )

    openai_api_key: SecretStr = Field(
        default=SecretStr(""),
        alias="OPENAI_API_KEY",
        description="Key of the model server; the offline model runs without it.",
    )
    openai_base_url: str = Field(
        default="",
        alias="OPENAI_BASE_URL",
        description="Any OpenAI-compatible server; OpenAI's own when not set.",
    )
    model_fast: str = Field(default="gpt-4o-mini", alias="MM_MODEL_FAST", description="Model that routes.")
    model_careful: str = Field(
        default="gpt-4o", alias="MM_MODEL_CAREFUL", description="Model that plans, writes and answers."
    )
    model_timeout_seconds: float = Field(
        default=60,
        alias="MM_MODEL_TIMEOUT_SECONDS",
        gt=0,
        description="Longest silence of the model server, in seconds.",
    )
    model_retries: int = Field(
        default=2,
        alias="MM_MODEL_RETRIES",
        ge=0,
        le=10,
        description="How often a failed model call is repeated.",
    )

    platform_addresses: dict[str, str] = Field(
        default_factory=dict,
        alias="MM_PLATFORM_ADDRESSES",
        description="Where platforms are reached in place of their own addresses, by name, as a JSON object.",
    )
    platform_timeout_seconds: float = Field(
        default=30,
        alias="MM_PLATFORM_TIMEOUT_SECONDS",
        gt=0,
        description="Longest silence of a platform, in seconds.",
    )
    smtp_url: SecretStr = Field(
        default=SecretStr(""),
        alias="MM_SMTP_URL",
        description="Mail server for notifications: smtp://user:password@host:587, smtps:// or smtp+plain://.",
    )
    mail_from: str = Field(
        default="", alias="MM_MAIL_FROM", description="Who notifications are from: Name <name@example.com>."
    )
    twilio_account_sid: str = Field(
        default="", alias="TWILIO_ACCOUNT_SID", description="Account at Twilio, for approvals on the phone."
    )
    twilio_auth_token: SecretStr = Field(
        default=SecretStr(""), alias="TWILIO_AUTH_TOKEN", description="Its token; it also checks who calls in."
    )
    twilio_phone_number: str = Field(
        default="", alias="TWILIO_PHONE_NUMBER", description="The number that calls people, and that they dial."
    )
    transcription_model: str = Field(
        default="whisper-1",
        alias="MM_TRANSCRIPTION_MODEL",
        description="Model of the model server that turns recordings into text.",
    )
    allow_private_addresses: bool = Field(
        default=False,
        alias="MM_ALLOW_PRIVATE_ADDRESSES",
        description="Whether sites, mail servers and links may lie inside of a private network.",
    )
    x_client_id: str = Field(default="", alias="X_CLIENT_ID", description="Client id of this server at X.")
    x_client_secret: SecretStr = Field(
        default=SecretStr(""), alias="X_CLIENT_SECRET", description="Client secret of this server at X."
    )
    linkedin_client_id: str = Field(
        default="", alias="LINKEDIN_CLIENT_ID", description="Client id of this server at LinkedIn."
    )
    linkedin_client_secret: SecretStr = Field(
        default=SecretStr(""),
        alias="LINKEDIN_CLIENT_SECRET",
        description="Client secret of this server at LinkedIn.",
    )
    meta_client_id: str = Field(
        default="", alias="META_CLIENT_ID", description="App id of this server at Meta, for Facebook and Instagram."
    )
    meta_client_secret: SecretStr = Field(
        default=SecretStr(""),
        alias="META_CLIENT_SECRET",
        description="App secret of this server at Meta.",
    )
    zoho_client_id: str = Field(
        default="", alias="ZOHO_CLIENT_ID", description="Client id of this server at Zoho, for reading CRMs."
    )
    zoho_client_secret: SecretStr = Field(
        default=SecretStr(""), alias="ZOHO_CLIENT_SECRET", description="Client secret of this server at Zoho."
    )

    slack_client_id: str = Field(
        default="", alias="SLACK_CLIENT_ID", description="Client id of this server's Slack app."
    )
    slack_client_secret: SecretStr = Field(
        default=SecretStr(""),
        alias="SLACK_CLIENT_SECRET",
        description="Client secret of this server's Slack app.",
    )
    slack_signing_secret: SecretStr = Field(
        default=SecretStr(""),
        alias="SLACK_SIGNING_SECRET",
        description="Signing secret of the Slack app: checks what comes in at /slack/events.",
    )
    slack_app_token: SecretStr = Field(
        default=SecretStr(""),
        alias="SLACK_APP_TOKEN",
        description="App-level token (xapp-…) to be reached by socket mode instead of /slack/events.",
    )

    embedding_model: str = Field(
        default="",
        alias="MM_EMBEDDING_MODEL",
        description="Embedding model of the model server; the built-in local one when not set.",
    )
    embedding_dimensions: int = Field(
        default=1536,
        alias="MM_EMBEDDING_DIMENSIONS",
        ge=64,
        le=4096,
        description="How many dimensions MM_EMBEDDING_MODEL is asked for.",
    )
    memory_index: Literal["exact", "pgvector", "atlas"] = Field(
        default="exact",
        alias="MM_MEMORY_INDEX",
        description="Where memories are searched by meaning: in this process, on PostgreSQL or on MongoDB Atlas.",
    )
    memory_cache_mb: int = Field(
        default=256,
        alias="MM_MEMORY_CACHE_MB",
        ge=16,
        description="What the memories held in this process may take, in megabytes.",
    )
    postgres_uri: SecretStr = Field(
        default=SecretStr(""),
        alias="MM_POSTGRES_URI",
        description="A PostgreSQL with the extension pgvector, for MM_MEMORY_INDEX=pgvector.",
    )

    @field_validator("openai_base_url", "public_url")
    @classmethod
    def _without_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, values: list[str]) -> list[str]:
        for value in values:
            try:
                ip_network(value)
            except ValueError as error:
                raise ValueError(
                    f"MM_TRUSTED_PROXIES takes addresses and networks, as in 10.0.0.0/8; {value!r} is neither."
                ) from error
        return values

    @property
    def offline(self) -> bool:
        """Whether the built-in offline model is in use."""
        return not self.openai_api_key.get_secret_value()

    @property
    def registration_mode(self) -> Literal["open", "invite", "closed"]:
        """Who may register, with the default for where the server listens."""
        if self.registration:
            return self.registration
        return "open" if self.host in {"127.0.0.1", "::1", "localhost"} else "invite"

    @property
    def own_address(self) -> str:
        """The address people reach this server by where no request tells: the public one, or the one it listens on."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url.rstrip("/") or f"http://{host}:{self.port}"


def load_settings() -> Settings:
    """Read the settings now."""
    return Settings()
