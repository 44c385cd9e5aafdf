"""Structured logs: request and organisation ids on every line, prompts and secrets on none."""

import logging
import logging.config
import re
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

SECRET_KEYS = re.compile(
    r"(?i)(authorization|cookie|password|secret|token$|api_?key|csrf|prompt|question|answer|text|content|messages|body|instructions)"
)
SECRET_VALUES = re.compile(r"\b(?:bk|sk|whsec)_?-?[A-Za-z0-9_\-]{12,}|Bearer\s+\S+|://[^/\s:@]+:[^/\s@]+@")
REDACTED = "[redacted]"


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Blank out what must never be logged, by key and by shape."""
    for key, value in event.items():
        if key != "event" and isinstance(key, str) and SECRET_KEYS.search(key):
            event[key] = REDACTED
        elif isinstance(value, str):
            event[key] = SECRET_VALUES.sub(REDACTED, value)
    return event


def configure(config: dict[str, Any]) -> None:
    """Set up structlog and route the standard library's loggers through it.

    Args:
        config: `{"level": "INFO", "json": bool}`.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer() if config["json"] else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "structured": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": shared,
                    "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
                }
            },
            "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
            "root": {"handlers": ["console"], "level": config["level"]},
            "loggers": {
                "uvicorn.access": {"level": "WARNING"},
                "httpcore2": {"level": "WARNING"},
                "httpx2": {"level": "WARNING"},
                "django.request": {"level": "ERROR"},
            },
        }
    )
