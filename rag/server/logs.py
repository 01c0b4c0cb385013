"""How the server logs: a line of text or of JSON for each event, with the id of the request it belongs to.

Knows logging; knows nothing of requests but their id. Neither questions nor tokens are ever logged.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from contextvars import ContextVar
from typing import Any, Literal

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request that this code works for; threads and tasks that a request starts see it too."""

_KNOWN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def event(logger: logging.Logger, message: str, **fields: Any) -> None:
    """Log `message` with fields of its own, which JSON lines show each by its name."""
    logger.info(message, extra=fields)


class _WithId(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, request_id, and the fields of the event."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {key: value for key, value in vars(record).items() if key not in _KNOWN}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class Lines(logging.Formatter):
    """One line of text: time, level, message, and the request id in brackets. Control characters become spaces."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        at = time.strftime("%H:%M:%S", time.localtime(record.created))
        message = "".join(char if char.isprintable() else " " for char in record.getMessage())
        told = getattr(record, "request_id", None)
        line = f"{at} {record.levelname.lower()} {message}" + (f" [{told}]" if told else "")
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def log_to_stderr(form: Literal["text", "json"]) -> None:
    """Send everything that is logged in this process to standard error: ours from INFO on, others' from WARNING on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else Lines())
    handler.addFilter(_WithId())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    ours = logging.getLogger("rag")
    ours.handlers = []  # the command line's, which would say everything twice
    ours.setLevel(logging.INFO)
