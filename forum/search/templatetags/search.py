from django import template

from forum.search.forms import Asked

register = template.Library()


@register.simple_tag
def search_address(asked: Asked, **changes: object) -> str:
    return asked.address(**changes)
