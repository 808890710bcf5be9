"""试载: a text is loaded whole, read, and undone, so that what is in force never knew of it."""

from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Case, F, Value, When

from dispatch.loading import load_file
from dispatch.loading.content import Content
from dispatch.loading.texts import digest_of, next_number
from dispatch.models import PolicyText
from grievance.classify import Lexicon
from grievance.models import Alert, Category, Cue
from street.datafile import DataFile, DataFileError
from street.models import Posting, Role

NAME = "政策原文"


@dataclass
class Trial:
    """试载结果: what a text would make, or what is wrong with it and on which line (0: the text as a whole)."""

    problem: str = ""
    line: int = 0
    content: Content | None = None
    lexicon: object = None
    digest: str = ""
    notes: list = field(default_factory=list)
    shared: bool = False
    """Whether it would change what all streets share: categories, alerts, cues."""


class _Undone(Exception):
    """All that was loaded is taken back."""


def trial(text, *, street, at, base="", words=False):
    """试载 `text` as a policy of `street`: the same checks as loading it, and nothing written. `words`: with its word list.

    `base` is the text it began from; what guards reports on officials may not differ from it here."""
    tried = Trial()
    try:
        file = DataFile(NAME, text)
        refuse_unguarded(file, base)
        with transaction.atomic():
            _load(file, tried, street, at, words)
            raise _Undone
    except DataFileError as error:
        tried.problem, tried.line = error.reason, error.line
    except _Undone:
        pass
    return tried


def _load(file, tried, street, at, words):
    loaded = load_file(file, at=at, kept=_imagined(street, at))
    tried.content, tried.notes, tried.digest = loaded.content, loaded.tally.lines(), digest_of(file.tree)
    tried.shared = not loaded.tally.quiet
    if loaded.content.street != street:
        name = street.code if street else "（不写）"
        loaded.content.policy.fail(f"这里改的是另一份政策：[policy] 的 street 应是 {name}。", "street")
    if words:
        tried.lexicon = _lexicon()


def _lexicon():
    """词表 as loaded here; `lexicon.current` would remember it for everybody."""
    third = Case(When(parent__parent__isnull=False, then=F("parent__code")), default=Value(""))
    categories = Category.objects.filter(active=True).order_by("code").annotate(above=third)
    words = list(categories.values_list("code", "name", "words", "above"))
    alerts, cues = (model.objects.filter(active=True).order_by("code") for model in (Alert, Cue))
    return Lexicon(words, list(alerts), list(cues))


def _imagined(street, at):
    """A row for the text, undone with the rest."""
    return PolicyText(street=street, number=next_number(street), saved_at=at, issued_at=at, effective_from=at)


def refuse_unguarded(file, base):
    """Who the reports on officials are sealed for, and by which words they are known, is not for those who may be spoken of."""
    if not base:
        return
    offices = set(Posting.objects.filter(role=Role.DISCIPLINE).values_list("organisation__code", flat=True))
    was, now = guarded(DataFile(NAME, base).tree, offices), guarded(file.tree, offices)
    if was != now:
        raise DataFileError(
            NAME, file.table("confidential", required=False).line,
            "检举控告的信箱（[confidential]）、标明 quarantine 的警示词、纪检机关主办的派单规则不能在这里改："
            "请由系统管理员用 load_policy 载入。",
        )  # fmt: skip


def guarded(tree, offices):
    """检举控告的去向与识别; `offices` are the codes of those that receive them."""
    routes = [row for row in tree.get("route", []) if row.get("lead") in offices]
    return tree.get("confidential"), [row for row in tree.get("alert", []) if row.get("quarantine")], routes
