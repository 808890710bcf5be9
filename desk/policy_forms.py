"""政策的表单: the everyday edits of one row of a draft, as fields in words; what is typed becomes a patch of the text."""

from decimal import Decimal

from django import forms

from dispatch.loading.patch import Patch
from dispatch.policy_terms import DEFAULTS, KEYS, LABELS, PRONOUNS, choices_of
from street.models import Organisation

FIELDS = {
    "limit": ("amount", "unit", "roll_over", "basis"),
    "allowance": ("most", "unit", "by", "basis"),
    "rung": ("amount", "unit", "to", "radius", "within_hours", "answer_amount", "answer_unit", "sentence"),
    "route": ("lead", "assistants", "limit_class", "list", "community_may_lead", "automatic", "basis"),
    "category": ("name", "public_name", "words", "hazard", "board", "joinable", "active"),
    "cue": ("label", "words", "unless", "text", "active"),
    "alert": ("label", "words", "unless", "advice", "urgent", "bars_automatic", "active"),
}
"""日常能改的 by table; all else is written in the text."""
NEW = {
    "limit": ("limit_class", "anchor", "category", "urgency", *FIELDS["limit"]),
    "rung": ("code", "limit_class", "trigger", "anchor", "category", "measure", *FIELDS["rung"]),
    "route": ("category", "community", "place_kind", *FIELDS["route"]),
    "category": ("code", "parent", *FIELDS["category"]),
}
"""另加一行时还要写的."""
ONCE = {
    "callback": ("tries", "days", "bands", "survey_valid_days"), "urge": ("hours",), "reopen": ("days",), "visit": ("days",),
    "quiet": ("awake_classes",), "retention": ("personal_days", "withdrawn_days", "papers_days"),
}  # fmt: skip
"""参数: tables that stand once."""
INLINE = {"limit": ("amount", "unit"), "rung": ("amount",)}
"""在列表里直接改的."""
NUMBERS = frozenset({
    "amount", "most", "radius", "within_hours", "answer_amount", "tries", "days", "bands", "survey_valid_days", "personal_days",
    "withdrawn_days", "papers_days", "hours",
})  # fmt: skip
FLAGS = frozenset({
    "roll_over", "community_may_lead", "automatic", "hazard", "board", "joinable", "active", "urgent", "bars_automatic",
})  # fmt: skip
LISTS = frozenset({"unless", "awake_classes"})
LEADERS = ("street_leader", "shift_leader", "street_secretary", "unit_head")
ALWAYS = ("amount", "most", "name", "label", "lead", "sentence", "code")
MOST_TEXT = 200
BETWEEN = "、"


class RowForm(forms.Form):
    """一行: one row of one table; `values` is what the text says now, `tree` the whole draft it stands in."""

    def __init__(self, table, keys, tree, values, data=None, prefix=None):
        super().__init__(data, prefix=prefix)
        self.table, self.keys, self.values = table, keys, values
        for key in keys:
            field = _field(table, key, tree, values)
            field.label = LABELS.get(key, key)
            field.initial = shown(table, key, values.get(key, DEFAULTS.get((table, key))))
            self.fields[key] = field

    def changes(self):
        """{key: value as the text writes it, None for one that goes} of what differs from the text."""
        found = {}
        for key in self.keys:
            value = self.cleaned_data[key]
            was = self.values.get(key, DEFAULTS.get((self.table, key)))
            if not _same(value, was):
                found[key] = None if value in ("", None, [], {}) else value
        return found

    def patch(self, patch: Patch, index):
        """改这一行 of the text; None writes a new one."""
        changes = self.changes()
        words = changes.pop("words", None) if "words" in self.keys and isinstance(self.cleaned_data["words"], dict) else None
        if index is None and self.table in KEYS:
            said = {key: value for key, value in changes.items() if value is not None}
            return patch.add(self.table, said, words)
        for key, value in changes.items():
            patch.put(self.table, index, key, value)
        if words is not None:
            patch.words(self.table, index, words)


def _same(value, was):
    if isinstance(value, dict) and isinstance(was, dict):
        return {int(weight): words for weight, words in value.items()} == {int(weight): words for weight, words in was.items()}
    if isinstance(value, list) and isinstance(was, list):
        return sorted(value) == sorted(was)
    return value == was or (value in ("", None, [], {}, False) and was in ("", None, [], {}, False))


def shown(table, key, value):
    """As a field shows what the text says."""
    if isinstance(value, dict):
        return "\n".join(f"{weight}：{BETWEEN.join(words)}" for weight, words in value.items())
    if isinstance(value, list) and (key in LISTS or key == "words"):
        return BETWEEN.join(value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value


def _field(table, key, tree, values):
    required = (table, key) == ("limit", "unit") or key in (*ALWAYS, *KEYS.get(table, ())[:1])
    if key in FLAGS:
        return forms.BooleanField(required=False)
    if key in NUMBERS:
        return Number(required=required)
    if key == "words":
        return Weighted() if table != "alert" else Several(rows=5)
    if key in LISTS:
        return Several()
    if key in ("assistants", "by"):
        return Ticked(choices=_many(key, values), required=False, widget=forms.CheckboxSelectMultiple(attrs={"class": "p-ticks"}))
    choices = _one_of(table, key, tree)
    if choices:
        return forms.ChoiceField(choices=choices if required else [("", "—"), *choices], required=required)
    return _text(key, required)


def _text(key, required):
    # A sentence that people read is seen whole while it is written
    widget = forms.Textarea(attrs={"rows": 2}) if key in ("advice", "text", "sentence", "basis") else forms.TextInput()
    return forms.CharField(required=required, max_length=MOST_TEXT, widget=widget)


def _one_of(table, key, tree):
    if key == "limit_class" and table != "limit":
        return [(name, name) for name in classes_of(tree)]
    if key in ("category", "parent"):
        return [(row["code"], f"{row['code']} {row.get('name', '')}") for row in tree.get("category", []) if "code" in row]
    if key == "lead":
        return [("community", PRONOUNS["community"]), *_units(may_lead=True)]
    if key == "community":
        return [(unit.code, unit.name) for unit in Organisation.objects.filter(kind="community", active=True).order_by("path")]
    return choices_of(table, key)


def classes_of(tree):
    """时限等级 that the draft has limits for."""
    found = {}
    for row in tree.get("limit", []):
        named = row.get("limit_class", "")
        found.update(dict.fromkeys(named if isinstance(named, list) else [named]))
    return [name for name in found if name]


def _many(key, values):
    if key == "by":
        labels = dict(choices_of("allowance", "by"))
        return [(role, labels[role]) for role in LEADERS]
    return [*PRONOUNS.items(), *_units(keep=values.get(key, []))]


def _units(may_lead=False, keep=()):
    rows = Organisation.objects.filter(active=True).exclude(kind__in=["city", "district", "street"]).order_by("path")
    found = [(unit.code, unit.name) for unit in rows if unit.may_lead or not may_lead]
    known = {code for code, _ in found}
    return found + [(code, code) for code in keep if code not in known and code not in PRONOUNS]


class Number(forms.DecimalField):
    """数量: a whole number as one."""

    def __init__(self, required):
        super().__init__(required=required, min_value=0, max_digits=8, decimal_places=2)
        self.widget = forms.TextInput(attrs={"inputmode": "decimal", "size": 6})

    def clean(self, value):
        """An int where there is nothing behind the point."""
        number = super().clean(value)
        return int(number) if number is not None and number == int(number) else number


class Ticked(forms.MultipleChoiceField):
    """勾选几项."""


class Several(forms.CharField):
    """几个词 with 、 or a line between."""

    def __init__(self, rows=3):
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": rows}), help_text="用顿号或换行隔开")

    def clean(self, value):
        """The list."""
        return _split(super().clean(value))


class Weighted(forms.CharField):
    """词语及权重: a line for each weight."""

    def __init__(self):
        hint = "一行一个权重：3：暖气不热、室温。负数表示说到这个就不像这一类"
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": 8}), help_text=hint)

    def clean(self, value):
        """{weight: [word …]}."""
        found: dict = {}
        for line in filter(str.strip, super().clean(value).splitlines()):
            weight, mark, words = line.replace(":", "：", 1).partition("：")
            number = weight.strip().replace("－", "-")
            if not mark or not number.lstrip("-").isdigit():
                raise forms.ValidationError(f"这一行不是“权重：词语、词语”：{line[:40]}")
            found.setdefault(str(int(number)), []).extend(_split(words))
        return found


def _split(text):
    parts = text.replace("\r", "").replace("\n", BETWEEN).replace("，", BETWEEN).split(BETWEEN)
    return [part.strip() for part in parts if part.strip()]
