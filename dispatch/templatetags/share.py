"""比率: a share as people read it."""

from django import template

register = template.Library()


@register.filter
def share(value):
    """百分数 of a share of 1, to one place; a dash where nothing could be divided."""
    return "—" if value is None or value == "" else f"{value:.1%}"
