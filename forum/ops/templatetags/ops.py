from typing import Any

from django import template

from forum.ops.health import is_behind

register = template.Library()


@register.inclusion_tag("ops/_behind.html")
def work_left_undone() -> dict[str, Any]:
    """A sentence for the staff when nobody does the work behind the pages; nothing while all is well. Two queries."""
    return {"behind": is_behind()}
