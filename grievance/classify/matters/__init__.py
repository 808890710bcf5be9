"""同一件事: which earlier matters a message seems to be about; offered to people, who join or merge."""

from grievance.classify.matters.finding import Likely, ranked_open, remember_missing, same_as
from grievance.classify.matters.sketches import remember
from grievance.classify.matters.topics import Topic, topics

__all__ = ["Likely", "Topic", "ranked_open", "remember", "remember_missing", "same_as", "topics"]
