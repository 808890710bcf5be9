"""听话听音: what kind of speech a text is, whom it is about, whether it belongs to another legal path; from the office's cues."""

from dataclasses import dataclass, field

from grievance.models import Cue, Grievance

Kind = Cue.Kind
ENOUGH = 3.0
"""提案: so much said of a legal path, or of somebody's conduct, and it is meant."""
CHOSEN = 2.0
"""提案: what the choice a resident made counts for the nature of the matter."""
NATURES = {Grievance.Kind.DISPUTE: "纠纷", Grievance.Kind.QUESTION: "咨询", Grievance.Kind.SUGGESTION: "建议"}
PRIOR = 1.5
"""提案: what it counts that matters of a category are mostly of one nature."""
PARTY_REACH = 60
"""Characters: so far from a reproach a person reproached is looked for."""


@dataclass
class Heard:
    """听出: `parties` as [{code, label, unit}], `path` and `conduct` as the Cue they come from, `unit` of the one reproached,
    `natures` as {code of a Cue: how much of it was said}."""

    parties: list = field(default_factory=list)
    path: Cue | None = None
    path_words: list = field(default_factory=list)
    conduct: Cue | None = None
    conduct_words: list = field(default_factory=list)
    reproached: Cue | None = None
    place_kind: str = ""
    natures: dict = field(default_factory=dict)


def hear(lexicon, text):
    """听: parties, legal path, reproach of persons, the spot where it happened, and how it is meant."""
    said = lexicon.cues_in(text)
    heard, parties = Heard(), said[Kind.PARTY]
    heard.parties = [{"code": cue.code, "label": cue.label, "unit": cue.unit} for cue, _ in parties]
    paths = [(cue, words) for cue, words in said[Kind.PATH] if _sum(words) >= ENOUGH]
    if paths:
        heard.path, heard.path_words = paths[0][0], [found.word for found in paths[0][1]]
    heard.place_kind = said[Kind.SPOT][0][0].place_kind if said[Kind.SPOT] else ""
    heard.natures = {cue.code: _sum(words) for cue, words in said[Kind.NATURE]}
    _hear_reproach(heard, parties, said[Kind.CONDUCT])
    return heard


def _hear_reproach(heard, parties, reproaches):
    """Of the persons spoken of, the one nearest to the words of reproach."""
    if not reproaches or not parties or _sum(reproaches[0][1]) < ENOUGH:
        return
    cue, said = reproaches[0]
    at = max(said, key=lambda found: found.weight).at
    away, person = min(((abs(found.at - at), found.at, party) for party, words in parties for found in words), key=_first_two)[
        ::2
    ]
    if away <= PARTY_REACH:
        heard.conduct, heard.conduct_words, heard.reproached = cue, [found.word for found in said], person


def _first_two(found):
    return found[:2]


def nature_of(lexicon, heard, *, category="", kind=Grievance.Kind.REPORT, told=None):
    """诉求性质: by what is said, what the resident chose, what matters of the category mostly are, and by the example sentences
    (`told`); (Cue, weight)."""
    scores = dict(heard.natures)
    cues = {cue.code: cue for cue, _ in lexicon.cues if cue.kind == Kind.NATURE}
    for code, cue in cues.items():
        usual = bool(category) and bool(cue.categories) and category.startswith(tuple(cue.categories))
        chosen = NATURES.get(kind) == cue.label
        scores[code] = scores.get(code, 0) + PRIOR * usual + CHOSEN * chosen + (told.near(cue.label) if told else 0)
    best = max(scores, key=lambda code: (scores[code], code), default=None)
    return (cues[best], scores[best]) if best and (told or scores[best] > 0) else (None, 0.0)


def _sum(said):
    return sum(found.weight for found in said)
