"""分类建议: category and urgency from words and place, with reasons. Advice; it writes nothing and hides nothing."""

from grievance.classify.lexicon import Lexicon, alerts_in, current
from grievance.classify.suggest import Suggestion, suggest

__all__ = ["Lexicon", "Suggestion", "alerts_in", "current", "suggest"]
