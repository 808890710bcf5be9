"""填的值: a number or a day as somebody typed it into a form; what cannot be read is none, and the action says so."""

from datetime import date


def number(text):
    """A whole number from 0 on; 0 where it is none."""
    return int(text) if text and text.isascii() and text.isdigit() else 0


def day(text):
    """A day written as 2026-11-01; None where it is none."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
