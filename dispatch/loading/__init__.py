"""载入政策: make the tables say what a policy file says (docs/policy-format.md). Twice, or with a mistake, it changes nothing."""

from dataclasses import dataclass, field

from django.db import transaction

from dispatch.loading import authority, checks, inbox, public, retention, versions
from dispatch.loading.categories import load_alerts, load_categories
from dispatch.loading.content import Content
from dispatch.loading.cues import load_cues
from dispatch.models import Policy
from street.datafile import DataFile
from street.loading.ledger import Tally

__all__ = ["Loaded", "load"]

TABLES = (
    *("policy", "callback", "urge", "reopen", "visit", "quiet", "standing_authority", "confidential", "retention", "public"),
    *("category", "alert", "cue", "limit", "allowance", "rung", "route"),
)


@dataclass
class Loaded:
    """载入结果: the version now issued from the file, whether this run issued it, and what else changed."""

    policy: Policy
    issued: bool
    tally: Tally = field(default_factory=Tally)
    notes: list = field(default_factory=list)


@transaction.atomic
def load(path, *, at, effective_from=None):
    """载入政策文件: categories and alerts as they are, limits, ladder and duty list as a version. DataFileError on a mistake.

    Content that differs from the latest issued version becomes the next version, in force from `effective_from`, else from `at`:
    orders keep the version they were planned under."""
    file = DataFile.read(path)
    file.only(*TABLES)
    tally = Tally()
    categories = load_categories(file.rows("category"), tally)
    load_alerts(file.rows("alert"), tally, categories)
    load_cues(file.rows("cue"), categories, tally)
    content = Content(file, categories)
    checks.refuse_gaps(content)
    policy, issued = versions.issue(content, at=at, effective_from=effective_from)
    loaded = Loaded(policy, issued, tally)
    loaded.notes += [
        *authority.grant(content, policy, at=at),
        *inbox.place(content),
        *retention.place(content),
        *public.place(content),
    ]
    return loaded
