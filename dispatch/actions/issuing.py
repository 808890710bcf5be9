"""存档: a signed paper is kept as it was issued. Its facts are fixed in the signature's own transaction, which reads only; the
file is made from them after the commit, so that no template can fail a signature or hold a case (docs/decisions/0005)."""

import logging
from hashlib import sha256
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import transaction

from dispatch.models import IssuedPaper, Letter
from dispatch.models.paper import stored_as
from dispatch.papers.letters import RELATED, letter_facts
from dispatch.papers.render import render, version_of
from grievance.actions import retention
from grievance.casework import Refused
from grievance.media import write_whole

log = logging.getLogger(__name__)


def fix(letter, *, at):
    """定稿: what the paper says, as of its signature. Inside that transaction; the file follows after the commit."""
    row = Letter.objects.select_related(*RELATED).get(pk=letter.pk)
    paper = IssuedPaper.objects.create(letter=row, facts=letter_facts(row))
    retention.keep(row.case, at=at)
    transaction.on_commit(lambda: _attempt(paper, at), robust=True)
    return paper


def make(paper, *, at):
    """成文: the DOCX of a fixed paper, made and stored once; who comes second gets the first one's. Refused `template_broken`,
    `handed_over` where its case left while the file was made."""
    if paper.made_at:
        return paper
    template = paper.facts["template"]
    version, content = version_of(template), render(template, paper.facts)
    mark = sha256(content).hexdigest()
    name = stored_as(IssuedPaper(sha256=mark), "")
    write_whole(Path(default_storage.path(name)), content)
    waiting = IssuedPaper.objects.unmade().filter(pk=paper.pk)
    made = waiting.update(file=name, sha256=mark, template=version, made_at=at)
    if not made and not IssuedPaper.objects.filter(pk=paper.pk).exists():
        default_storage.delete(name)
        raise Refused("handed_over", "这份公文的事项刚刚已依法转办，公文不再成文。请刷新页面。")
    paper.refresh_from_db()
    return paper


def make_missing(*, at, size=50):
    """补成文: papers whose file a crash or a broken template left unmade; how many were made."""
    return sum(_attempt(paper, at) for paper in IssuedPaper.objects.unmade().order_by("pk")[:size])


def _attempt(paper, at):
    try:
        return bool(make(paper, at=at).made_at)
    except (Refused, OSError):
        # The signature stands whatever happens here; the sweep and the next reader try again
        log.exception("paper %s was not made", paper.pk)
        return False
