"""载入政策: make the tables say what a policy file says (docs/policy-format.md). Twice, or with a mistake, it changes nothing.

The one way in: the command line and the policy desk both come through here, and the whole text is kept with each version."""

from dataclasses import dataclass, field

from django.db import transaction

from dispatch.loading import authority, checks, inbox, public, retention, texts, versions
from dispatch.loading.categories import load_alerts, load_categories
from dispatch.loading.content import Content
from dispatch.loading.cues import load_cues
from dispatch.loading.sayings import load_sayings
from dispatch.models import Policy, PolicyText
from street.datafile import DataFile
from street.loading.ledger import Tally

__all__ = ["TABLES", "Loaded", "load", "load_file"]

TABLES = (
    *("policy", "callback", "callback_words", "urge", "reopen", "visit", "quiet", "standing_authority", "confidential"),
    *("retention", "public", "category", "alert", "cue", "limit", "allowance", "rung", "route"),
)


@dataclass
class Loaded:
    """载入结果: the version now issued from the file, whether this run issued it, what else changed, and the text as kept."""

    policy: Policy
    issued: bool
    content: Content
    tally: Tally = field(default_factory=Tally)
    notes: list = field(default_factory=list)
    text: PolicyText | None = None


@transaction.atomic
def load(path, *, at, effective_from=None):
    """载入政策文件: categories and alerts as they are, limits, ladder and duty list as a version. DataFileError on a mistake.

    Content that differs from the latest issued version becomes the next version, in force from `effective_from`, else from `at`:
    orders keep the version they were planned under. The example sentences beside the file are loaded with it."""
    loaded = load_file(DataFile.read(path), at=at, effective_from=effective_from)
    load_sayings(path, loaded.tally)
    return loaded


@transaction.atomic
def load_file(file, *, at, effective_from=None, kept=None):
    """载入一份原文; `kept` is its row where the policy desk issues it, else one is made of it where it says something new."""
    file.only(*TABLES)
    tally = Tally()
    categories = load_categories(file.rows("category"), tally)
    load_alerts(file.rows("alert"), tally, categories)
    load_cues(file.rows("cue"), categories, tally)
    content = Content(file, categories)
    checks.refuse_gaps(content)
    if kept is None:
        texts.refuse_beside_scheduled(content)
    number = kept.number if kept else texts.next_number(content.street)
    policy, issued = versions.issue(content, at=at, effective_from=effective_from, number=number)
    loaded = Loaded(policy, issued, content, tally)
    loaded.notes += [
        *authority.grant(content, policy, at=at),
        *inbox.place(content),
        *retention.place(content),
        *public.place(content),
    ]
    loaded.text = texts.keep(loaded, kept, at=at)
    return loaded
