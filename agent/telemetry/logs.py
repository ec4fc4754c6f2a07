"""Logs: JSON lines that carry the run and the thread, without what people say."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, TextIO

from surefoot.answer import Answer
from surefoot.events import Event, StepFailed, StepFinished, UsageReported

from ..runs import Run
from .redaction import redacted

if TYPE_CHECKING:
    from structlog.typing import Processor


def log_as_json(stream: TextIO, *, level: int = logging.INFO) -> None:
    """Send what the library logs to `stream`, a JSON object a line, secrets hidden."""
    import structlog

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide_secrets,
    ]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logger = logging.getLogger("surefoot")
    logger.handlers = [handler]
    logger.propagate = False
    logger.setLevel(level)


def hide_secrets(
    _logger: object, _method: str, said: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    """Hide the secrets of a log line; a processor for structlog."""
    for key, value in said.items():
        if isinstance(value, str):
            said[key] = redacted(value)
    return said


class LogObserver:
    """Logs runs: their beginnings, calls and ends, with the ids that find them in the event log."""

    def __init__(self) -> None:
        self._logger = logging.getLogger("surefoot.runs")

    def begins(self, run: Run) -> _RunLog:
        """Log that a run begins."""
        return _RunLog(self._logger, run)


class _RunLog:
    def __init__(self, logger: logging.Logger, run: Run) -> None:
        self._logger = logger
        self._ids: dict[str, object] = {
            "run_id": run.run_id,
            "thread_id": run.scope.thread_id,
            "tenant": run.scope.tenant,
        }
        self._log("run began")

    def told(self, event: Event) -> None:
        match event:
            case UsageReported():
                self._log(
                    "model called",
                    model=event.model,
                    input_tokens=event.input_tokens,
                    output_tokens=event.output_tokens,
                    ms=event.ms,
                    how=list(event.how),
                )
            case StepFinished():
                self._log("tool called", tool=event.tool, ms=event.ms)
            case StepFailed():
                self._log("tool failed", tool=event.tool, code=event.code, ms=event.ms)
            case _:
                pass

    def ended(self, answer: Answer | None, error: BaseException | None) -> None:
        if error is not None:
            self._log("run failed", error=type(error).__name__)
        elif answer is not None:
            self._log("run ended", reason=answer.reason, seconds=round(answer.usage.seconds, 3))

    def _log(self, what: str, **more: object) -> None:
        self._logger.info(what, extra={**self._ids, **more})
