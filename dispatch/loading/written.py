"""写成原文: the text of a policy whose own text was never kept (loaded before texts were), from the rows that were made of it."""

from dispatch.loading.patch import lines_of, written
from dispatch.models import Trigger, Unit
from grievance.models import Alert, Category, Cue

FIGURES = {
    "callback": {
        "tries": "callback_tries",
        "days": "callback_days",
        "bands": "callback_bands",
        "survey_valid_days": "survey_days",
    },
    "urge": {"hours": "urge_hours"},
    "reopen": {"days": "reopen_days"},
    "visit": {"days": "visit_days"},
}
FLAGS = ("urgent", "bars_automatic", "present", "quarantine")


def of(policy):
    """原文 of a policy as it stands in the tables; loading it makes the same rows again."""
    street = [f'street = "{policy.street.code}"'] if policy.street else []
    lines = ["[policy]", f"name = {written(policy.name)}", f"version = {policy.version}", *street]
    for table, keys in FIGURES.items():
        lines += ["", f"[{table}]", *(f"{key} = {getattr(policy, field)}" for key, field in keys.items())]
    if policy.callback_words:
        lines += ["", "[callback_words]", *(f"{key} = {written(value)}" for key, value in sorted(policy.callback_words.items()))]
    lines += ["", "[quiet]", f"awake_classes = {written(policy.awake_classes)}"]
    blocks = [*_categories(), *_alerts(), *_cues(), *_limits(policy), *_allowances(policy), *_rungs(policy), *_routes(policy)]
    body = [line for table, values, words in blocks for line in _block(table, values, words)]
    return "\n".join([*lines, *body]) + "\n"


def _block(table, values, words):
    said = [line for key, value in values.items() if value not in ("", None, []) for line in lines_of(key, value)]
    heavy = [line for weight, some in words.items() for line in lines_of(str(weight), some)]
    return ["", f"[[{table}]]", *said, *([f"[{table}.words]", *heavy] if heavy else [])]


def by_weight(words):
    """{weight: [word …]} of {word: weight}, the heaviest first."""
    found: dict = {}
    for word, weight in sorted(words.items(), key=lambda one: (-one[1], one[0])):
        found.setdefault(weight, []).append(word)
    return found


def _categories():
    for row in Category.objects.select_related("parent").order_by("code"):
        values = {
            "code": row.code, "name": row.name, "public_name": row.public_name, "parent": row.parent.code if row.parent else "",
            "external_code": row.external_code, **{key: True for key in ("hazard", "board", "joinable") if getattr(row, key)},
        }  # fmt: skip
        yield "category", values | ({} if row.active else {"active": False}), by_weight(row.words)


def _alerts():
    for row in Alert.objects.order_by("code"):
        values = {
            "code": row.code, "label": row.label, "words": row.words, "unless": row.unless, "beside": row.beside,
            "categories": row.categories, "routes_as": row.routes_as, "tells": row.tells, "advice": row.advice,
            **{key: getattr(row, key) for key in FLAGS if getattr(row, key) is not (key == "urgent")},
        }  # fmt: skip
        yield "alert", values | ({} if row.active else {"active": False}), {}


def _cues():
    for row in Cue.objects.order_by("code"):
        values = {
            "code": row.code, "kind": row.kind, "label": row.label, "unless": row.unless, "categories": row.categories,
            "category": row.category, "unit": row.unit, "place_kind": row.place_kind, "text": row.text,
            **({} if row.share == 1 else {"share": row.share}),
        }  # fmt: skip
        yield "cue", values | ({} if row.active else {"active": False}), by_weight(row.words)


def _limits(policy):
    for row in policy.limits.select_related("category").order_by("limit_class", "pk"):
        values = {
            "limit_class": row.limit_class, "anchor": row.anchor, "category": row.category.code if row.category else "",
            "urgency": row.urgency, "amount": row.amount, "unit": row.unit, "basis": row.basis,
        }  # fmt: skip
        yield "limit", values | ({} if row.roll_over else {"roll_over": False}), {}


def _allowances(policy):
    for row in policy.allowances.order_by("kind", "limit_class", "step"):
        values = {"kind": row.kind, "limit_class": row.limit_class, "step": row.step, "most": row.most, "unit": row.unit}
        yield "allowance", values | {"by": row.deciders, "basis": row.basis}, {}


def _rungs(policy):
    for row in policy.rungs.select_related("category").order_by("code"):
        unit = row.unit or ("" if row.trigger == Trigger.SHARE else Unit.CLOCK_HOUR.value)
        clock = {"anchor": row.anchor, "unit": unit} if row.timed else {}
        values = {
            "code": row.code, "trigger": row.trigger, **clock, "amount": row.amount, "limit_class": row.limit_class,
            "category": row.category.code if row.category else "", "unit_kind": row.unit_kind, "radius": row.radius,
            "within_hours": row.within_hours, "measure": row.measure, "to": row.to, "paper": row.paper, "sentence": row.sentence,
            "answer_amount": row.answer_amount, "answer_unit": row.answer_unit,
        }  # fmt: skip
        flags = ({} if row.ends_with_case else {"ends_with_case": False}) | ({"self_issue": True} if row.self_issue else {})
        yield "rung", values | flags, {}


def _routes(policy):
    rows = policy.routes.select_related("category", "community", "lead").prefetch_related("assistants")
    for row in rows.order_by("category__code", "pk"):
        pronouns = [*(["community"] if row.community_assists else []), *(["estate_company"] if row.company_assists else [])]
        values = {
            "category": row.category.code, "community": row.community.code if row.community else "",
            "place_kind": row.place_kind, "lead": row.lead.code if row.lead else "community",
            "assistants": [*pronouns, *(unit.code for unit in row.assistants.all())], "limit_class": row.limit_class,
            "list": row.list, "basis": row.basis,
        }  # fmt: skip
        flags = ({"community_may_lead": True} if row.community_may_lead else {}) | ({} if row.automatic else {"automatic": False})
        yield "route", values | flags, {}
