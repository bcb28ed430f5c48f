"""Static files as they are handed out: our style sheets without what only their writers read."""

import re
from typing import Any

from django.core.files.base import ContentFile, File
from whitenoise.storage import CompressedManifestStaticFilesStorage

_PIECES = re.compile(
    r"""(?P<kept>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|url\([^"')]*\))|(?P<comment>/\*.*?\*/)|(?P<space>\s+)""", re.S
)
_AROUND = re.compile(r"\s*([{};,>])\s*")
_STRINGS = re.compile(r"\0(\d+)\0")


class SmallerStaticFiles(CompressedManifestStaticFilesStorage):
    """Only what lies at the top is ours; the admin's stays as it came."""

    def _save(self, name: str, content: "File[Any]") -> str:
        if name.endswith(".css") and "/" not in name:
            content = ContentFile(smaller_css(b"".join(content.chunks()).decode()).encode(), name=name)
        return super()._save(name, content)


def smaller_css(css: str) -> str:
    """Without comments, and with one space where several or a line break stood. What is between quotes stays as it is."""
    kept: list[str] = []

    def piece(found: re.Match[str]) -> str:
        if found["kept"]:
            kept.append(found["kept"])
            return f"\0{len(kept) - 1}\0"
        return " "

    plain = _PIECES.sub(piece, css)
    plain = _AROUND.sub(r"\1", re.sub(r" +", " ", plain)).replace(";}", "}")
    plain = re.sub(r": +", ":", plain)
    return _STRINGS.sub(lambda found: kept[int(found[1])], plain).strip() + "\n"
