"""研判建议: what a case seems to be about, how sure that is, and why, in words a resident may read (个人信息保护法 art. 24)."""

from dataclasses import dataclass, field

from grievance.classify.hearing import Heard, hear, nature_of
from grievance.classify.in_use import ENOUGH, learned_for
from grievance.classify.lexicon import current, without
from grievance.classify.taught import Told, taught
from grievance.models import Grievance
from street.models import Place

PLACE_SHARE = 0.5
"""提案: what a word of the place counts beside the same word in what was said; it tips a balance, it never decides alone."""
LEANINGS = {Grievance.Kind.DISPUTE: ("F", 2.5, False), Grievance.Kind.SUGGESTION: ("L3", 3.0, True)}
"""提案: 选项 → (code or head of codes, weight, whether it counts without any word)."""
MOST_ALTERNATIVES = 3
STRONG = 10.0
"""What all categories together score where a model is in use; the words' own scores are of that size."""
FAINT = 0.01
"""提案: a share below this is not worth a line among the alternatives."""
LIKELY = 0.4
"""提案: where no word speaks, only a category this likely by the example sentences is suggested."""
SEVERAL = 0.6
"""提案: a second category this strong beside the first, said in other words, is another matter in the same message."""
LOOK_UP = object()
"""`learned` is not given: the model in use at the street of the place."""
PROPER = (Place.Kind.ESTATE, Place.Kind.ROAD, Place.Kind.CROSSROADS, Place.Kind.OFFICE)
"""Places with names of their own; a shop's or a site's name says what it is."""
MEANT = 3.0
"""提案: so much said of how it is meant, and the category follows; a “谢谢” at the end of a request is less."""
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
    detail: str = ""
    nature: str = ""
    legal_path: dict | None = None
    parties: list[dict] = field(default_factory=list)
    reproached: dict | None = None
    several: list[str] = field(default_factory=list)
    second: dict | None = None
    place_kind: str = ""
    routes_as: str = ""
    sure: bool | None = None
    weighed: bool = False

    def kept(self):
        """As a case keeps it: plain values."""
        return {
            "category": self.category_code, "confidence": round(self.confidence, 3), "reasons": self.reasons,
            "alternatives": self.alternatives, "alerts": self.alerts, "barred": self.barred, "score": round(self.score, 2),
            "detail": self.detail, "nature": self.nature, "legal_path": self.legal_path, "parties": self.parties,
            "reproached": self.reproached, "several": self.several, "second": self.second, "place_kind": self.place_kind,
            "routes_as": self.routes_as, "sure": self.sure, "weighed": self.weighed,
        }  # fmt: skip


def suggest(case):
    """研判建议 for a case from all that its residents said; a case of voice or pictures alone waits for a person."""
    everyone = list(case.grievances.order_by("pk"))
    grievances = [grievance for grievance in everyone if grievance.withdrawn_at is None]
    # A case that staff opened has no grievance: its title and note say what it is
    text = "\n".join(_texts(case, grievances) if everyone else [case.title, *_notes(case.remarks)])
    if not text.strip():
        return Suggestion(barred=True, reasons=["没有文字，须听语音或看图片后研判"])
    found = Suggestion()
    _look_twice(found, case, grievances)
    kind = grievances[0].kind if grievances else Grievance.Kind.REPORT
    said = without(text, names_near(case.place))
    _understand(found, current(), said, _place_text(case, grievances), kind, learned_for(case.street_id))
    return found


def suggest_words(text, *, place=None, address="", kind=Grievance.Kind.REPORT, lexicon=None, names=None, learned=LOOK_UP):
    """研判建议 for words that nobody has sent yet, as a page shows it while they are written. Five queries, one of them for the
    model in use, none where `lexicon`, `names` of places and `learned` (None: the words alone) are given; nothing kept."""
    found = Suggestion()
    if learned is LOOK_UP:
        learned = learned_for(place.street_id) if place is not None else None
    where = [place.name, place.get_kind_display(), address] if place else [address]
    said = without(text, names_near(place) if names is None else names)
    _understand(found, lexicon or current(), said, "\n".join(where), kind, learned)
    return found


def names_near(place):
    """附近的地名: proper names that people of the place's community use; one query, none without a community."""
    if place is None or place.community_id is None:
        return []
    rows = Place.objects.filter(community=place.community_id, kind__in=PROPER).values_list("name", "aliases")
    return [place.community.name, *(name for own, aliases in rows for name in (own, *aliases))]


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


def _understand(found, lexicon, text, place_text, kind, learned):
    """One reading of a text, whoever asks: what it is about, how it is meant, and what must not wait."""
    stands, shares, heard = lexicon.stands_in(text), lexicon.shares_in(text), hear(lexicon, text)
    told = Told.of(taught(), text)
    reasons, scores = _scores(lexicon, lexicon.weighed(stands, shares), place_text, kind, heard)
    order = _with_told(found, told, lexicon, reasons, scores)
    order = _with_learned(found, learned, text, reasons, order, lexicon.above)
    _look_for_alerts(found, lexicon, text, [code for _, code in order[:1]], shares)
    _look_for_choice(found, kind)
    _weigh(found, [(score, code) for score, code in order if code not in lexicon.above], reasons)
    _say_second(found, reasons, lexicon.weighed(stands), scores)
    found.detail = next((code for _, code in order if lexicon.above.get(code, "") == found.category_code), "")
    _listen(found, lexicon, heard, kind, told)


def _look_for_choice(found, kind):
    told = {
        Grievance.Kind.WISH: "选了“我有心愿”，审核后公开认领",
        Grievance.Kind.QUESTION: "选了“我想问”，由专班先行答复",
    }.get(kind)
    if told:
        found.barred = True
        found.reasons.append(told)


def _look_for_alerts(found, lexicon, text, categories, shares):
    for alert, words in lexicon.alerts_in(text, categories, shares):
        found.alerts.append(alert.code)
        found.urgent = found.urgent or alert.urgent
        found.barred = found.barred or alert.bars_automatic
        found.routes_as = found.routes_as or alert.routes_as
        found.reasons.append(f"提到{_quoted(words)}（{alert.label}）")


def _with_told(found, told, lexicon, reasons, scores):
    """What the example sentences say beside the words: ranked by the share of both together, else by the words alone."""
    order = ranked(scores)
    if told is None:
        return order
    if told.urgent:
        found.urgent = True
        found.reasons.append("说法与紧急的例句相近")
    words = {code: score for score, code in order if code not in lexicon.above}
    shares = sorted(told.shares(words, lexicon.names).items(), key=lambda pair: (-pair[1], pair[0]))
    if not shares or not words and shares[0][1] < LIKELY:
        return []
    found.weighed = True
    _say_alike(reasons, shares, "与例句说法相近", told.words_between)
    return _scored(shares, order, lexicon.above)


def _with_learned(found, learned, text, reasons, order, above):
    """What the street's own decisions taught, and the words: ranked together where a model is in use, else the words alone."""
    if learned is None:
        return order
    shares, found.sure = learned.blend({code: score for score, code in order if code not in above}, text)
    _say_alike(reasons, shares, "与以往这样办的事项说法相近", lambda code, other: learned.model.words_between(code, other, text))
    return _scored(shares, order, above)


def _scored(shares, order, above):
    """Shares of the second level as scores, and the third level as the words have it."""
    likely = [(STRONG * share, code) for code, share in shares if share >= FAINT]
    return likely + [pair for pair in order if pair[1] in above]


def _say_alike(reasons, shares, sentence, words_between):
    """理由 of the two likeliest: what in the text tells the one from the other."""
    for (code, _), (other, _) in zip(shares[:2], shares[1::-1], strict=False):
        if said := words_between(code, other):
            reasons.setdefault(code, []).append(f"{sentence}{_quoted(said)}")


def ranked(scores):
    """排序: [(score, code)] of what speaks for a category at all, the strongest first."""
    return sorted(((score, code) for code, score in scores.items() if score > 0), key=lambda pair: (-pair[0], pair[1]))


def _weigh(found, order, reasons):
    """The first of those ranked, the third level left out, and how sure: its share of what the two strongest have together."""
    if not order:
        found.reasons.append("没有认出能说明类别的词语")
        return
    found.score, found.category_code = order[0]
    second = order[1][0] if len(order) > 1 else 0.0
    found.confidence = _confidence(found, found.score, found.score + second)
    found.alternatives = [[code, round(score, 2)] for score, code in order[1 : 1 + MOST_ALTERNATIVES]]
    found.reasons += reasons.get(found.category_code, [])


def _confidence(found, score, whole):
    """把握: of two that are compared each the same way, so that the second never stands above the first."""
    return round(score / STRONG if found.weighed else score / whole * min(1.0, found.score / ENOUGH), 3)


def _say_second(found, reasons, said, scores):
    """第二建议: the next category with its own reasons; and whether it is another matter, said in other words."""
    if not found.alternatives:
        return
    code, score = found.alternatives[0]
    share = _confidence(found, score, score + found.score)
    found.second = {"category": code, "confidence": share, "reasons": reasons.get(code, [])}
    first = {word.at for word in said.get(found.category_code, ()) if word.weight > 0}
    other = {word.at for word in said.get(code, ()) if word.weight > 0} - first
    if scores.get(code, 0) >= max(ENOUGH, SEVERAL * scores.get(found.category_code, 0)) and other:
        found.several = [found.category_code, code]


def _listen(found, lexicon, heard, kind, told):
    """Nature, parties and legal path, after the category: what matters of it mostly are counts too."""
    cue, _ = nature_of(lexicon, heard, category=found.category_code or "", kind=kind, told=told)
    found.nature = cue.label if cue else ""
    found.parties, found.place_kind = heard.parties, heard.place_kind
    if heard.reproached is not None:
        party = heard.reproached
        found.reproached = {"label": party.label, "unit": party.unit, "category": party.category or heard.conduct.category}
        found.reasons.append(f"对{party.label}人员的言行不满：{_quoted(heard.conduct_words)}")
    if heard.path is not None:
        _take_path(found, heard)


def _take_path(found, heard):
    """依法分类: another way is under way or is the right one; nothing is sent by itself."""
    path = heard.path
    found.legal_path = {"code": path.code, "label": path.label, "category": path.category, "text": path.text}
    found.barred = True
    found.reasons.insert(0, f"{path.label}（提到{_quoted(heard.path_words)}）：{path.text}")


def _scores(lexicon, said, place_text, kind, heard: Heard):
    """Reasons and sums by category: words said, then words of the place, then how it is meant and what the resident chose."""
    scores = {code: sum(word.weight for word in words) for code, words in said.items()}
    reasons = {code: [f"提到{_quoted(word.word for word in words if word.weight > 0)}"] for code, words in said.items()}
    for code, words in lexicon.words_in(place_text).items():
        if scores.get(code, 0) > 0:
            scores[code] += PLACE_SHARE * sum(word.weight for word in words)
            reasons[code].append(f"位置有{_quoted(word.word for word in words)}")
    _lean(lexicon, kind, scores, reasons)
    _lean_by_meaning(lexicon, kind, heard, scores, reasons)
    return reasons, scores


def _lean(lexicon, kind, scores, reasons):
    head, weight, by_itself = LEANINGS.get(kind, ("", 0.0, False))
    for code in lexicon.names if head else ():
        if code.startswith(head) and (by_itself or scores.get(code, 0) > 0):
            scores[code] = scores.get(code, 0) + weight
            reasons.setdefault(code, []).append(f"选了“{Grievance.Kind(kind).label}”")


def _lean_by_meaning(lexicon, kind, heard, scores, reasons):
    """Thanks are thanks, whatever trouble they are for; a reproach of persons is about them; a path may name its category."""
    cue, weight = nature_of(lexicon, heard, kind=kind)
    if cue is not None and cue.category and weight >= MEANT:
        if cue.share < 1:
            for code in scores:
                scores[code] *= float(cue.share) if code != cue.category else 1
        _add(scores, reasons, cue.category, weight, f"看作{cue.label}")
    if heard.reproached is not None:
        code = heard.reproached.category or heard.conduct.category
        _add(scores, reasons, code, 3.0, f"说的是{heard.reproached.label}的人")
    if heard.path is not None and heard.path.category:
        _add(scores, reasons, heard.path.category, 4.0, heard.path.label)


def _add(scores, reasons, code, weight, reason):
    scores[code] = scores.get(code, 0) + weight
    reasons.setdefault(code, []).append(reason)


def _quoted(words):
    return "".join(f"‘{word}’" for word in words)
