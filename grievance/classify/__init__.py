"""分类建议: category and urgency from words and place, with reasons. Advice; it writes nothing and hides nothing."""

from grievance.classify.lexicon import Lexicon, advice_in, alerts_in, current
from grievance.classify.suggest import Suggestion, names_near, suggest, suggest_words

__all__ = ["Lexicon", "Suggestion", "advice_in", "alerts_in", "current", "names_near", "suggest", "suggest_words"]
