"""What a visitor typed -> what we store, byte for byte; or a named refusal. PROMISES section D, one function per field.

No wording here: forms turn `Refused.code` and `.params` into a sentence.
"""


class Refused(ValueError):
    """`code` names the rule that was broken; `params` fill its sentence (numbers as int)."""

    def __init__(self, code: str, **params: int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def clean_name(typed: str) -> str:
    """Codes: name_empty, name_long(now), name_characters."""
    raise NotImplementedError


def clean_website(typed: str) -> str:
    """A normalised http(s) address, or "" for nothing typed. Code: website."""
    raise NotImplementedError


def website_host(website: str) -> str:
    """What is shown of a website: its host; as xn-- when scripts are mixed."""
    raise NotImplementedError


def clean_body(typed: str, *, max_chars: int) -> str:
    """Codes: body_empty, body_long(over), body_lines, body_links, body_characters."""
    raise NotImplementedError


def clean_email(typed: str) -> str:
    """The address as typed (trimmed), or "" for nothing typed. Code: email."""
    raise NotImplementedError


def email_key(email: str) -> str:
    """What addresses are compared by: lower-cased, domain in IDNA."""
    raise NotImplementedError


def name_skeleton(name: str) -> str:
    """Two names that look alike (case, accents, Latin/Cyrillic/Greek look-alikes, spacing) have the same skeleton."""
    raise NotImplementedError
