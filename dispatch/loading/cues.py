"""载入研判用语: not versioned, like the words of categories; what the file names is made to say what the file says."""

from decimal import Decimal

from dispatch.loading.categories import weighted_words
from grievance.models import Cue
from street.datafile import Names
from street.loading.ledger import Ledger
from street.models import Organisation, Place

KEYS = ("code", "kind", "label", "words", "unless", "categories", "category", "unit", "place_kind", "share", "text", "active")
PRONOUNS = ("community", "estate_company")


def load_cues(rows, categories, tally):
    """载入研判用语: a cue that names a category or a unit which is not there is refused."""
    names, units = Names("研判用语代码"), Ledger(Organisation, [])
    for row in rows:
        row.only(*KEYS)
        names.add(row, row.code("code", most=40))
    cues = Ledger(Cue, list(names.lines))
    for row in rows:
        cues.put(row.code("code"), **_fields(row, categories, units))
    cues.report(tally, "研判用语")


def _fields(row, categories, units):
    category = categories.named(row, "category")
    return {
        "kind": row.choice("kind", Cue.Kind),
        "label": row.text("label", most=40),
        "words": weighted_words(row, shortest=1),
        "unless": row.texts("unless"),
        "categories": row.texts("categories"),
        "category": category.code if category else "",
        "unit": _unit(row, units),
        "place_kind": row.choice("place_kind", Place.Kind, required=False),
        "share": _share(row),
        "text": row.text("text", required=False),
        "active": row.get("active", bool, True),
    }


def _unit(row, units):
    code = row.code("unit", required=False, most=40)
    if code and code not in PRONOUNS and units.find(code) is None:
        row.fail(f"“unit”所指的“{code}”不存在：请先载入街道文件，或改正代码。", "unit")
    return code


def _share(row):
    return Decimal(row.amount("share", most=1)) if "share" in row else Decimal(1)
