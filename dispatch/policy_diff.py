"""对比: what one version of a policy says otherwise than another, row by row and in words. Order and comments do not count."""

from dataclasses import dataclass, field

from dispatch.loading.texts import UNSAID
from dispatch.policy_terms import DEFAULTS, KEYS, LABELS, NOUNS, SECTIONS, Speech

ADDED, GONE, CHANGED = "新增", "删去", "改动"


@dataclass
class Change:
    """一处不同: which row, whether it came, went or changed, and each key that differs: (label, was, now)."""

    section: str
    what: str
    kind: str
    parts: list = field(default_factory=list)


def compare(old, new):
    """对比 two texts as parsed (`DataFile.tree`): [Change], in the order of the sections of the desk."""
    speech, found = Speech(old, new), []
    for section, (_, tables) in SECTIONS.items():
        for table in ("policy", *tables) if section == "figures" else tables:
            found += _table(section, table, old, new, speech)
    return found


def _table(section, table, old, new, speech):
    was, now = _rows(table, old), _rows(table, new)
    for key in dict.fromkeys([*was, *now]):
        one, other = was.get(key), now.get(key)
        if one == other:
            continue
        kind = GONE if other is None else ADDED if one is None else CHANGED
        name = speech.row(table, other or one) if table in KEYS else NOUNS[table]
        yield Change(section, name, kind, list(_parts(table, one or {}, other or {}, speech)))


def _rows(table, tree):
    """{what a row is known by: its values}; several classes in one row are a row each."""
    if table not in KEYS:
        values = {key: value for key, value in tree.get(table, {}).items() if table != "policy" or key not in UNSAID}
        return {(): values} if values else {}
    defaults = {key: value for (name, key), value in DEFAULTS.items() if name == table}
    rows = {}
    for row in tree.get(table, []):
        for one in _by_class({**defaults, **row}):
            rows[tuple(str(one.get(key, "")) for key in KEYS[table])] = one
    return rows


def _by_class(row):
    if isinstance(row.get("limit_class"), list):
        return [{**row, "limit_class": name} for name in row["limit_class"]]
    return [row]


def _parts(table, was, now, speech):
    if "amount" in {*was, *now} and (was.get("amount"), was.get("unit")) != (now.get("amount"), now.get("unit")):
        yield LABELS["amount"], speech.amount(table, was), speech.amount(table, now)
    for key in dict.fromkeys([*was, *now]):
        one, other = was.get(key), now.get(key)
        if one == other or key in (*KEYS.get(table, ()), "amount", *(["unit"] if table in ("limit", "rung") else [])):
            continue
        if isinstance(one or other, dict | list) and key in ("words", "unless", "beside", "passes"):
            yield LABELS.get(key, key), *_words(one, other)
        else:
            yield LABELS.get(key, key), speech.value(table, key, one), speech.value(table, key, other)


def _words(was, now):
    """Only the words that went, and only those that came."""
    before, after = _weighed(was), _weighed(now)
    return tuple("、".join(sorted(one - other)) or "—" for one, other in ((before, after), (after, before)))


def _weighed(words):
    if isinstance(words, dict):
        return {f"{word}（{weight}）" for weight, some in words.items() for word in some}
    return set(words or ())
