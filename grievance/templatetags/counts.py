"""数字的说法 in templates."""

from django import template

from grievance.counting import said

register = template.Library()


@register.filter
def counted(number):
    """A count that may have been cut: 1,000+ above a thousand, else as it is."""
    return said(number)
