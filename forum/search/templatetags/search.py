from collections.abc import Sequence

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString

from forum.search.forms import Asked
from forum.search.snippets import Piece
from forum.text import joined

register = template.Library()


@register.simple_tag
def search_address(asked: Asked, **changes: object) -> str:
    return asked.address(**changes)


@register.filter
def with_marks(pieces: Sequence[Piece]) -> SafeString:
    return joined(f"<mark>{escape(piece.text)}</mark>" if piece.is_marked else escape(piece.text) for piece in pieces)
