"""Logging: one line an event on standard error, with everything that opens a door taken out."""

import logging
import re
import sys
from typing import Final

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN: Final = "[hidden]"
SECRET_NAMES: Final = re.compile(r"(?i)(password|passwd|token|secret|authorization|cookie|api_?key|credential)")
SECRETS: Final = (
    (re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}"), HIDDEN),
    (re.compile(r"(?i)\bbearer[ .]+[\w.~+/=-]{8,}"), f"Bearer {HIDDEN}"),
    (re.compile(r"(?i)([?&](?:token|code|access_token|api_key|key|password)=)[^&\s\"']+"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)\b((?:mongodb(?:\+srv)?|redis|postgres(?:ql)?|https?)://)[^/\s@]+@"), rf"\1{HIDDEN}@"),
    (re.compile(r"\bsk-[\w-]{8,}"), HIDDEN),
)


def without_secrets(text: str) -> str:
    """Take tokens, keys and passwords out of a text."""
    for pattern, replacement in SECRETS:
        text = pattern.sub(replacement, text)
    return text


def hide_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Take secrets out of an event before it is written."""
    for name, value in event.items():
        if SECRET_NAMES.search(name):
            event[name] = HIDDEN
        elif isinstance(value, str):
            event[name] = without_secrets(value)
    return event


def configure_logs(level: str) -> None:
    """Send everything that is logged, by us and by libraries, through one pipe to standard error."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            hide_secrets,
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "httpx", "httpcore", "pymongo", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)
