"""同一件事: which earlier matters a message seems to be about; offered to people, who join or merge."""

from grievance.classify.matters.finding import Likely, ranked_open, remember_missing, same_as
from grievance.classify.matters.sketches import remember
from grievance.classify.matters.topics import alike_in_cause, alike_in_place, fits_cause, fits_place, what_of

__all__ = [
    "Likely",
    "alike_in_cause",
    "alike_in_place",
    "fits_cause",
    "fits_place",
    "ranked_open",
    "remember",
    "remember_missing",
    "same_as",
    "what_of",
]
