"""查找: cases by words, place, unit, number or phone, in any language, at the price of what is found and not of what there is.

On PostgreSQL words are looked up by pairs of neighbouring signs (migration 0018), elsewhere in the narrow rows of SearchText;
docs/decisions/0023 says why. Nothing is found by words that were withdrawn, erased or sealed, nor by what stands veiled."""

import re
import unicodedata
from collections import defaultdict

from django.db import connection, transaction
from django.db.models import BooleanField, Exists, F, Func, Max, OuterRef, Q, TextField, Value

from grievance.actions.privacy import masked, outsider
from grievance.models import Case, Complainant, Grievance, SearchText
from grievance.models.search_text import folded, unit_words
from grievance.sealing import blind_index

# By their letter, so that each is looked up in one index and not in the whole street
CASE_NUMBER, GRIEVANCE_NUMBER = (re.compile(rf"{letter}\d+(-[0-9A-Z]*)?") for letter in "AS")
MOBILE = re.compile(r"1\d{10}")
SHORTEST = 2
SHIFT = 2097152
"""More than there are signs: the same number stands in migration 0018."""
ALL = 10**9
"""A bound that keeps the database from looking for words case by case: a subquery with one is answered on its own, and first."""
FEW = 5000
BEHIND = 1000
"""Keys of cases are given before they are written down for good: so far back a newer one may have passed an older one."""
BATCH = 500


def pieces(word):
    """字对 of a folded word, as whole numbers."""
    return [ord(one) * SHIFT + ord(following) for one, following in zip(word, word[1:], strict=False)]


def problem(words):
    """为什么不能查, as a sentence; empty where it can be looked for."""
    if CASE_NUMBER.fullmatch(words.upper()) or GRIEVANCE_NUMBER.fullmatch(words.upper()):
        return ""
    parts = folded(words).split()
    if not parts:
        return "查找的文字里没有字，请写两个字以上的词、编号或电话，"
    short = next((part for part in parts if len(part) < SHORTEST), None)
    return f"“{short}”只有一个字，查不了，请至少写两个字，" if short else ""


def condition(words, user):
    """符合 `words` 的事项, as a condition on Case, for one who sees it: beside `visible_to`, never instead of it.

    A case's or a grievance's number may be begun; a mobile number is whole, and looked for by the desk alone. A firm finds by
    number and by nothing else, since what was said is veiled before it. What cannot be looked for (`problem`) finds nothing."""
    number = words.strip().upper()
    if CASE_NUMBER.fullmatch(number):
        return Q(number__startswith=number)
    if GRIEVANCE_NUMBER.fullmatch(number):
        return Q(pk__in=_numbered(number))
    if problem(words) or outsider(user):
        return Q(pk__in=[])
    if phone := phone_in(words):
        return Q(street__in=user.scope.streets, pk__in=_rung_from(phone))
    return Q(pk__in=holding(words).values("case"))


def _numbered(number):
    """Cases by the beginning of a grievance's number: their keys, read at once, unless somebody typed hardly anything of it."""
    cases = Grievance.objects.filter(number__startswith=number).order_by().values_list("case", flat=True)
    few = list(cases[:FEW])
    return few if len(few) < FEW else cases[:ALL]


def along(words, user):
    """沿检索文字找: the rows of SearchText that say by themselves which cases are found, each with its time, where nothing else
    is asked and all of one's streets is open to one; None where the cases themselves have to be looked at."""
    number = words.strip().upper()
    by_words = not (CASE_NUMBER.fullmatch(number) or GRIEVANCE_NUMBER.fullmatch(number) or phone_in(words) or problem(words))
    if not by_words or not user.scope.streets or user.scope.organisations:
        return None
    # Said once more in a way that costs little: where they are read one by one, most are put aside before their pairs are made
    plainly = (Q(text__contains=word) | Q(unit__contains=word) for word in folded(words).split())
    return holding(words).filter(*plainly, street__in=user.scope.streets)


def phone_in(words):
    """The mobile number that was typed, in any usual writing; empty where it is something else."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", words))
    digits = digits[2:] if len(digits) == 13 and digits.startswith("86") else digits
    return digits if MOBILE.fullmatch(digits) and not re.search(r"[^\d\s()+-]", words) else ""


def _rung_from(phone):
    standing = Complainant.objects.filter(phone_index=blind_index(phone), grievance__withdrawn_at__isnull=True)
    return standing.values("grievance__case")


def holding(words):
    """检索文字 that hold every word, in whatever order."""
    rows = SearchText.objects.all()
    for word in folded(words).split():
        rows = rows.filter(_holds(word))
    return rows


def _holds(word):
    inside = Q(text__contains=word) | Q(unit__contains=word)
    if connection.vendor != "postgresql":
        return inside
    by_pairs = Q(_pairs(word))
    # A word of two signs is its one pair; of longer ones the pairs may stand apart
    return by_pairs if len(word) == SHORTEST else by_pairs & inside


def _pairs(word):
    numbers = Value("{" + ",".join(map(str, pieces(word))) + "}", output_field=TextField())
    typed = Func(numbers, template="%(expressions)s::bigint[]")
    kept = Func(F("text"), F("unit"), function="grievance_pieces")
    return Func(kept, typed, template="%(expressions)s", arg_joiner=" @> ", output_field=BooleanField())


def keep_up(*, size=BATCH):
    """跟上: write the search text of new cases, and again of those whose words have changed; how many. Safe to run twice.

    A case that somebody holds at that moment is left for the next time."""
    last = SearchText.objects.aggregate(last=Max("case"))["last"] or 0
    unwritten = Case.objects.filter(~Exists(SearchText.objects.filter(case=OuterRef("pk"))), pk__gt=last - BEHIND)
    keys = list(unwritten.order_by("pk").values_list("pk", flat=True)[:size])
    keys += SearchText.objects.filter(stale=True).values_list("case", flat=True)[: size - len(keys)]
    return remember(keys) if keys else 0


@transaction.atomic
def remember(keys):
    """记下检索文字 of the cases with these keys as they are now; how many. Locked: nothing said is withdrawn meanwhile."""
    free = Case.objects.select_for_update(skip_locked=True, no_key=True, of=("self",)).filter(pk__in=keys)
    cases = list(free.order_by("pk").select_related("promised_by", "place__community", "place__parent__parent__parent"))
    everyone = Grievance.objects.filter(Q(case__in=cases) | Q(first_case__in=cases)).select_related("tombstone").order_by("pk")
    here, begun = defaultdict(list), defaultdict(list)
    for row in everyone:
        here[row.case_id].append(row)
        begun[row.first_case_id].append(row)
    rows = [
        SearchText(
            case=case, street_id=case.street_id, at=case.submitted_at, unit=unit_words(case.promised_by),
            text=text_of(case, here[case.pk], begun[case.pk]),
        )
        for case in cases
    ]  # fmt: skip
    fields = ["street", "at", "text", "unit", "stale"]
    SearchText.objects.bulk_create(rows, update_conflicts=True, unique_fields=["case"], update_fields=fields)
    return len(rows)


def text_of(case, here, begun):
    """检索文字 of a case: place, title, and what those said who lie `here` and stand by it, mobile numbers in part.

    A title is the beginning of what the first one said, of those with whom the case has `begun`, and goes with those words; the
    title of a merged case has gone with them already."""
    author = next(iter(begun or here), None)
    titled = case.status != Case.Status.MERGED and (author is None or stands(author))
    words = [f"{row.description} {row.address}" for row in here if stands(row)]
    parts = [*_place_words(case.place), *([case.title] if titled else []), *words]
    return " ".join(filter(None, map(folded, map(masked, parts))))


def stands(grievance):
    """Whether what was said is neither withdrawn nor erased."""
    return grievance.withdrawn_at is None and not hasattr(grievance, "tombstone")


def _place_words(place):
    named = [place.community.name] if place and place.community else []
    while place is not None:
        named.insert(0, place.name)
        place = place.parent
    return dict.fromkeys(named)
