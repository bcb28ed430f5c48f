"""What is written in the log: no line holds an address, also when a library's error quotes one (PROMISES P17, C2).

Every line says which request it belongs to; "-" outside of one.
"""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime

MAIL_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:=]{1,64}(?:@|%40)[^\s<>()\[\]\"',;:=]+")
request_id: ContextVar[str] = ContextVar("request_id", default="-")


class Line(logging.Formatter):
    """For people: a sentence on one line, a traceback below it."""

    def format(self, record: logging.LogRecord) -> str:
        record.request_id = request_id.get()
        return _without_addresses(super().format(record))


class JsonLine(logging.Formatter):
    """For machines: an object per line. What a caller passes as `extra={"fields": {…}}` stands beside the rest."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request": request_id.get(),
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            said["traceback"] = self.formatException(record.exc_info)
        return _without_addresses(json.dumps(said, ensure_ascii=False))


def _without_addresses(line: str) -> str:
    return MAIL_ADDRESS.sub("<address>", line)
