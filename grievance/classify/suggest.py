"""研判建议: what a case seems to be about, how sure that is, and why, in words a resident may read (个人信息保护法 art. 24)."""

from dataclasses import dataclass, field

from grievance.classify.lexicon import current
from grievance.models import Grievance

ENOUGH = 2.0
"""提案: the score from which words alone can make a suggestion sure; below it, confidence shrinks in proportion."""
PLACE_SHARE = 0.5
"""提案: what a word of the place counts beside the same word in what was said; it tips a balance, it never decides alone."""
LEANINGS = {Grievance.Kind.DISPUTE: ("F", 2.5, False), Grievance.Kind.SUGGESTION: ("L3", 3.0, True)}
"""提案: 选项 → (code or head of codes, weight, whether it counts without any word)."""
MOST_ALTERNATIVES = 3
COPIES = 5
"""提案: so many word for word the same in a day are more than neighbours who pass on a text."""


@dataclass
class Suggestion:
    """研判建议: `confidence` 0–1; `barred` says that nothing may be sent without a person; all of it can be kept as JSON."""

    category_code: str | None = None
    confidence: float = 0.0
    urgent: bool = False
    barred: bool = False
    reasons: list[str] = field(default_factory=list)
    alternatives: list[list] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)
    score: float = 0.0


def suggest(case):
    """研判建议 for a case from all that its residents said; a case of voice or pictures alone waits for a person."""
    everyone = list(case.grievances.order_by("pk"))
    grievances = [grievance for grievance in everyone if grievance.withdrawn_at is None]
    # A case that staff opened has no grievance: its title and note say what it is
    text = "\n".join(_texts(case, grievances) if everyone else [case.title, *_notes(case.remarks)])
    if not text.strip():
        return Suggestion(barred=True, reasons=["没有文字，须听语音或看图片后研判"])
    lexicon = current()
    found = Suggestion()
    _look_twice(found, case, grievances)
    _look_for_alerts(found, lexicon, text)
    kind = grievances[0].kind if grievances else Grievance.Kind.REPORT
    if kind == Grievance.Kind.WISH:
        found.barred = True
        found.reasons.append("选了“我有心愿”，审核后公开认领")
    if kind == Grievance.Kind.QUESTION:
        found.barred = True
        found.reasons.append("选了“我想问”，由专班先行答复")
    _weigh(found, lexicon, text, _place_text(case, grievances), kind)
    return found


def suggest_words(text, *, place=None, address="", kind=Grievance.Kind.REPORT):
    """研判建议 for words that nobody has sent yet, as a page shows it while they are written. Three queries, nothing kept."""
    found, lexicon = Suggestion(), current()
    _look_for_alerts(found, lexicon, text)
    where = [place.name, place.get_kind_display(), address] if place else [address]
    _weigh(found, lexicon, text, "\n".join(where), kind)
    found.barred = found.barred or kind == Grievance.Kind.QUESTION
    return found


def _look_twice(found, case, grievances):
    """What came too fast, or word for word the same too often, is looked at by a person; it is never refused."""
    reasons = [case.doubt] if case.doubt else []
    if grievances and grievances[0].alike() > COPIES:
        reasons.append(f"一天内有 {COPIES} 件以上文字完全相同，请看是否同一件事或重复发送")
    found.barred = found.barred or bool(reasons)
    found.reasons += reasons


def _texts(case, grievances):
    remarks = case.remarks.filter(author=None, grievance__isnull=False)
    return [*(grievance.description for grievance in grievances), *_notes(remarks)]


def _notes(remarks):
    return [remark.text for remark in remarks.all()]


def _place_text(case, grievances):
    addresses = [grievance.address for grievance in grievances]
    return "\n".join([case.place.name, case.place.get_kind_display(), *addresses] if case.place else addresses)


def _look_for_alerts(found, lexicon, text):
    for alert, words in lexicon.alerts_in(text):
        found.alerts.append(alert.code)
        found.urgent = found.urgent or alert.urgent
        found.barred = found.barred or alert.bars_automatic
        found.reasons.append(f"提到{_quoted(words)}（{alert.label}）")


def _weigh(found, lexicon, text, place_text, kind):
    reasons, scores = _scores(lexicon, text, place_text, kind)
    ranked = sorted(((score, code) for code, score in scores.items() if score > 0), key=lambda pair: (-pair[0], pair[1]))
    if not ranked:
        found.reasons.append("没有认出能说明类别的词语")
        return
    found.score, found.category_code = ranked[0]
    second = ranked[1][0] if len(ranked) > 1 else 0.0
    found.confidence = round(found.score / (found.score + second) * min(1.0, found.score / ENOUGH), 3)
    found.alternatives = [[code, round(score, 2)] for score, code in ranked[1 : 1 + MOST_ALTERNATIVES]]
    found.reasons += reasons[found.category_code]


def _scores(lexicon, text, place_text, kind):
    """Reasons and sums by category: words said, then words of the place, then the choice the resident made."""
    said = lexicon.words_in(text)
    scores = {code: sum(word.weight for word in words) for code, words in said.items()}
    reasons = {code: [f"提到{_quoted(word.word for word in words if word.weight > 0)}"] for code, words in said.items()}
    for code, words in lexicon.words_in(place_text).items():
        if scores.get(code, 0) > 0:
            scores[code] += PLACE_SHARE * sum(word.weight for word in words)
            reasons[code].append(f"位置有{_quoted(word.word for word in words)}")
    head, weight, by_itself = LEANINGS.get(kind, ("", 0.0, False))
    for code in lexicon.names if head else ():
        if code.startswith(head) and (by_itself or scores.get(code, 0) > 0):
            scores[code] = scores.get(code, 0) + weight
            reasons.setdefault(code, []).append(f"选了“{Grievance.Kind(kind).label}”")
    return reasons, scores


def _quoted(words):
    return "".join(f"‘{word}’" for word in words)
