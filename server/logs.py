"""Logs: one line per request and per trouble, for people or as JSON. No body and no header."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

import structlog

from surefoot.agent import redacted


def set_up_logging(
    *, as_json: bool, debug: bool = False, hide: Callable[[str], str] = redacted
) -> None:
    """Send what the server and the library log to standard error, secrets hidden."""

    def hidden(_: object, __: str, said: structlog.types.EventDict) -> structlog.types.EventDict:
        return {name: hide(v) if isinstance(v, str) else v for name, v in said.items()}

    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: structlog.types.Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                hidden,
                last,
            ],
        )
    )
    for name in ("surefoot", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(logging.DEBUG if debug else logging.INFO)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
