"""学习: at night a street's decisions train a model; it is taken into use where it is no worse on decisions it never saw.

What is held back: every fifth wording by its mark, for good, and all of the last days, so that the test is always of something
newer than what was learned. Who decided plays a part while labels are weighed (dispatch/trust.py), and is kept nowhere."""

import logging
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from dispatch import routing, trust, verdict
from dispatch.examples import examples, gone
from grievance.actions import versions
from grievance.casework import Refused
from grievance.classify import in_use, learned, lexicon, suggest_words
from grievance.models import Category, ClassifierVersion

log = logging.getLogger(__name__)
NIGHT = range(1, 5)
"""提案: local hours in which it trains; a machine that is off at night trains once three days have gone by."""
ONCE, MISSED = timedelta(hours=20), timedelta(days=3)
FEWEST, FEWEST_NEW = 100, 5
"""提案: decisions before the first training, and new ones before the next."""
HELD_BACK, NEWEST = 0.2, timedelta(days=3)
SEED = 1


def awake(street, at):
    """是否到时候: at night, once; by day where three nights were missed."""
    last = ClassifierVersion.objects.filter(street=street).first()
    since = at - last.made_at if last else MISSED
    return since >= MISSED or since >= ONCE and timezone.localtime(at).hour in NIGHT


def due(street, at):
    """该学的: the labelled decisions, where it is time and there is enough new among them; else []."""
    if not awake(street, at):
        return []
    last, labels = ClassifierVersion.objects.filter(street=street).first(), examples(street, at)
    new = [example for example in labels if last is None or example.at > last.made_at]
    return labels if len(labels) >= FEWEST and len(new) >= FEWEST_NEW else []


def learn(street, *, at, labels=None):
    """训练一版: train, judge, take or refuse; files that learned from what is no longer kept are deleted. The version made.

    `labels`: as `due` read them, else they are read here."""
    labels = examples(street, at) if labels is None else labels
    sifted = trust.sift(labels, at)
    weight = dict(zip((example.case for example in sifted.kept), sifted.weights, strict=True))
    known = [example for example in sifted.kept if not held_back(example, at)]
    model = _train(known, weight)
    judged = judge(in_use.of(model), [example for example in sifted.kept if held_back(example, at)], street)
    wanted = settings.AUTO_PRECISION
    version = versions.propose(
        street, content=model.content(), examples=len(known), held_back=len(judged), cases=[example.case for example in known],
        report=verdict.report(judged, known, labels, sifted, at, wanted), at=at,
    )  # fmt: skip
    version = _decide(version, judged, verdict.against(judged, sifted.doubtful, wanted), at)
    clean(street, at=at)
    return ClassifierVersion.objects.get(pk=version.pk)


def _decide(version, judged, why_not, at):
    if why_not:
        return versions.refuse(version, why=why_not, at=at)
    why = f"留出的决定里，{verdict.said(judged, 'new')}，此前{verdict.said(judged, 'now')}"
    try:
        return versions.take(version, why=why, at=at)
    except Refused as refused:
        # A person chose lately: it waits as a candidate, and a person may take it
        log.info("classifier %s was not taken: %s", version.pk, refused.code)
        return version


def clean(street, *, at):
    """清除: delete the files of versions that learned from a case which may no longer teach. How many."""
    kept = ClassifierVersion.objects.kept().filter(street=street)
    known = {case for version in kept for case in versions.learned_from(version)}
    lost = gone(street, known)
    return versions.forget(lost, street_id=street.pk, at=at) if lost else 0


def held_back(example, at):
    """留出: never learned from tonight."""
    return example.mark < HELD_BACK or example.at > at - NEWEST


def judge(new, held, street):
    """[Judged]: on each held-back decision, the new model, what suggests now, and the words alone."""
    words, present = lexicon.current(), in_use.learned_for(street.pk)

    def asked(example, learned):
        found = suggest_words(example.text, kind=example.kind, lexicon=words, learned=learned)
        sure = found.confidence >= routing.SURE if found.sure is None else found.sure
        ranked = [(found.category_code, found.score), *found.alternatives] if found.category_code else []
        return [tuple(pair) for pair in ranked], sure and not found.barred

    return [verdict.Judged(one, asked(one, new), asked(one, present), asked(one, None)) for one in held]


def _train(known, weight):
    second = Category.objects.filter(active=True, parent__isnull=False, parent__parent__isnull=True)
    words = {code: words for code, words in second.values_list("code", "words") if words}
    taught = [(("", example.text), example.label, weight[example.case]) for example in known]
    return learned.train(taught, prior=words, seed=SEED)
