"""代为上报的表单: what is typed while somebody talks. It refuses nothing but a place that is not one's own: the action does."""

import secrets

from django import forms
from django.db.models import Q

from grievance import said
from grievance.actions.on_behalf import REGISTER
from grievance.models import Grievance
from street.models import UNIT_ROLES, Organisation, Place

LANGUAGES = ("国家通用语言", "维吾尔语", "哈萨克语", "柯尔克孜语", "俄语", "英语", "手语")
"""Offered, not required: any other may be typed."""
FOUND = 12
TEXTS = ("kind", "description", "address", "name", "phone", "confidential", "sensitive", "channel", "language", "interpreter")
"""What is handed to the action as it was typed, beside the consent and the place."""
FIELD_OF = {
    "nothing_said": "description", "description_too_long": "description", "address_too_long": "address",
    "name_too_long": "name", "bad_phone": "phone", "unknown_kind": "kind", "wishes_off": "kind", "channel_unknown": "channel",
    "consent_unasked": "consented", "consent_withheld": "consented", "language_too_long": "language",
}  # fmt: skip
"""Refused code → the field beside which the sentence stands."""
CONSENT = {"yes": ("同意", True), "no": ("不同意", False)}
"""What the form sends → what the page says, and what is kept."""


def places_of(user):
    """可代录的点位: all of the streets whose desk or window one belongs to, and those of one's own community."""
    scope = user.scope
    return Place.objects.filter(Q(street__in=scope.where(REGISTER.roles - UNIT_ROLES)) | Q(community__in=scope.where(UNIT_ROLES)))


def may_register(user):
    """Whether there is any place at which one may report for somebody: units other than communities have none."""
    kinds = {Organisation.Kind.STREET, Organisation.Kind.COMMUNITY}
    return any(post.role in REGISTER.roles and post.organisation.kind in kinds for post in user.scope.postings)


class Call(forms.Form):
    """一通电话: typed once, in the order in which people talk."""

    channel = forms.CharField(required=False)
    kind = forms.CharField(required=False)
    description = forms.CharField(required=False, strip=False)
    q = forms.CharField(required=False)
    place = forms.CharField(required=False)
    address = forms.CharField(required=False)
    name = forms.CharField(required=False)
    phone = forms.CharField(required=False)
    confidential = forms.BooleanField(required=False)
    sensitive = forms.BooleanField(required=False)
    consented = forms.CharField(required=False)
    language = forms.CharField(required=False)
    interpreter = forms.CharField(required=False)
    into = forms.CharField(required=False)
    key = forms.CharField(required=False)
    heard = forms.CharField(required=False)

    def __init__(self, *args, user, **kwargs):
        first = {"key": secrets.token_urlsafe(12), "kind": Grievance.Kind.REPORT, **kwargs.pop("first", {})}
        super().__init__(*args, initial=first, **kwargs)
        self.user = user
        self.chosen = self._chosen()

    def _chosen(self):
        """The place that stands in the form, None where it is no place of one's own."""
        code = said.clean(self["place"].value())
        read = places_of(self.user).select_related("parent__parent__parent", "community__parent", "street__parent")
        return read.filter(code=code).first() if code else None

    def found(self):
        """[place] to choose from: what the search finds, and the one already chosen first."""
        typed = said.clean(self["q"].value())
        rows = places_of(self.user).named(typed, most=FOUND) if len(typed) > 1 else []
        if self.chosen is None and len(rows) == 1:
            self.chosen = rows[0]
        return [self.chosen, *(row for row in rows if row != self.chosen)] if self.chosen else rows

    def typed(self):
        """What the action is told; nothing is dropped or mended here."""
        _, consented = CONSENT.get(self.cleaned_data["consented"], ("", None))
        return {**{name: self.cleaned_data[name] for name in TEXTS}, "consented": consented}

    def facts(self):
        """The whole of it in one string, so that what was read aloud is what is saved."""
        more = (self.chosen and self.chosen.code, self.cleaned_data["into"])
        return "\n".join(map(str, [*self.typed().values(), *more]))

    def put(self, **values):
        """Write into what was typed, as if it had come so."""
        self.data = self.data.copy()
        for name, value in values.items():
            self.data[name] = value
        self.cleaned_data.update(values)

    def refuse(self, refused):
        """Put the sentence of a Refused beside its field; a used key gives way to a new one."""
        self.add_error(FIELD_OF.get(refused.code), refused.message)
        if refused.code == "key_reused":
            self.put(key=secrets.token_urlsafe(12))
