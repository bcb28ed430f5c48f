"""How settings are read from the environment (or a `.env` file beside manage.py): strictly."""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.smart_cast = False
environ.Env.read_env(BASE_DIR / ".env", overwrite=False)


def one_of(name: str, allowed: tuple[str, ...], default: str) -> str:
    word = env.str(name, default=default)
    if word not in allowed:
        raise ImproperlyConfigured(f"{name} is “{word}”. Allowed words: {', '.join(allowed)}.")
    return word


def whole_number(name: str, default: int, *, lowest: int, highest: int) -> int:
    text = env.str(name, default=str(default))
    if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
        raise ImproperlyConfigured(f"{name} is “{text}”. Allowed: a whole number from {lowest} to {highest}.")
    return int(text)


def yes_or_no(name: str, default: bool) -> bool:
    words = {"on": True, "true": True, "yes": True, "1": True}
    words |= {"off": False, "false": False, "no": False, "0": False}
    return words[one_of(name, tuple(words), "on" if default else "off")]
