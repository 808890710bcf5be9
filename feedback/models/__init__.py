"""The verdict: was it solved for the resident."""

from feedback.models.callback import CallAttempt, Callback

__all__ = ["CallAttempt", "Callback"]
