"""What is written in the log: no line holds an address, also when a library's error quotes one (PROMISES P17, C2)."""

import logging
import re

MAIL_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:=]{1,64}(?:@|%40)[^\s<>()\[\]\"',;:=]+")


class Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return MAIL_ADDRESS.sub("<address>", super().format(record))
