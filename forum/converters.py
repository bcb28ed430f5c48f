"""Numbers in addresses: ASCII digits, at most 19 of them, at most 2^63 - 1; anything else is a 404, never a 500."""

from django.urls import register_converter

MAX_ID = 2**63 - 1


class NumberConverter:
    regex = "[0-9]{1,19}"

    def to_python(self, value: str) -> int:
        number = int(value)
        if number > MAX_ID:
            raise ValueError(value)
        return number

    def to_url(self, value: int) -> str:
        return str(value)


def number_in_query(text: str | None) -> int | None:
    """A whole number typed in a query string, or None when it is not one. Same limits as in a path."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > 19 or int(text) > MAX_ID:
        return None
    return int(text)


register_converter(NumberConverter, "number")
