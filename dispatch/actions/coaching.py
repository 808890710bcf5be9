"""学例句: make the file by which every process knows the office's example sentences; again only where they were edited."""

import hashlib
import json

from django.db.models import Case, F, When

from grievance.classify import taught
from grievance.models import Saying

MAKE = 1
"""Raised where the way of learning changes, so that every office learns anew."""


def due():
    """是否要重学: whether the sentences differ from those that the file was made of."""
    return _digest(_sayings()) != _known()


def coach():
    """学例句: train and write the file where it is due. How many sentences, 0 where nothing was to do. Needs numpy."""
    sayings = _sayings()
    digest = _digest(sayings)
    if digest == _known():
        return 0
    if not sayings:
        taught.path().unlink(missing_ok=True)
        return 0
    from grievance.classify.learned.sayings import train

    taught.path().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    train(sayings, about={"digest": digest, "sayings": len(sayings)}).save(taught.path())
    return len(sayings)


def _sayings():
    """[(text, {question: answer})]; a category of the third level counts as the one above it."""
    above = Case(When(category__parent__parent__isnull=False, then=F("category__parent__code")), default=F("category__code"))
    rows = Saying.objects.filter(active=True).order_by("text").values_list("text", above, "nature", "urgent")
    found = []
    for text, category, nature, urgent in rows:
        urgency = None if urgent is None else "urgent" if urgent else "normal"
        answers = {"category": category, "nature": nature, "urgency": urgency}
        found.append((text, {question: answer for question, answer in answers.items() if answer}))
    return found


def _digest(sayings):
    said = json.dumps([MAKE, sorted(sayings, key=lambda one: one[0])], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest() if sayings else None


def _known():
    model = taught.taught()
    return model.card.get("digest") if model is not None else None
