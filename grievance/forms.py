"""表单: what a resident typed, shown again as typed when something is refused. The rules are the actions' alone."""

import secrets

from django import forms

from grievance import proof, said
from grievance.models import Grievance, SheetText

# Refused code → the field beside which the sentence stands
FIELD_OF = {
    "unknown_kind": "kind",
    "nothing_said": "description",
    "description_too_long": "description",
    "address_too_long": "address",
    "name_too_long": "name",
    "bad_phone": "phone",
    "too_many_photos": "photos",
    "photo_too_large": "photos",
    "not_a_photo": "photos",
    "photo_damaged": "photos",
    "photo_too_many_pixels": "photos",
    "voice_too_large": "voice",
    "not_a_voice": "voice",
    "too_many_recordings": "voice",
    "video_too_large": "video",
    "video_too_long": "video",
    "not_a_video": "video",
}


def new_key():
    """提交标识: given out with each fresh form, so that a double tap makes one grievance."""
    return secrets.token_urlsafe(16)


class ReportForm(forms.Form):
    """我要说事: the page's fields; what was typed goes to `intake.submit` as it is."""

    kind = forms.CharField(required=False)
    description = forms.CharField(required=False, strip=False)
    photos = forms.FileField(required=False)
    voice = forms.FileField(required=False)
    video = forms.FileField(required=False)
    address = forms.CharField(required=False)
    name = forms.CharField(required=False)
    phone = forms.CharField(required=False)
    confidential = forms.BooleanField(required=False)
    sensitive = forms.BooleanField(required=False)
    key = forms.CharField(required=False)
    challenge = forms.CharField(required=False)
    proof = forms.CharField(required=False)
    website = forms.CharField(required=False)
    draft = forms.CharField(required=False)

    lost = False
    """Whether files that the phone says it has sent are not here; its script sends them once more."""

    def __init__(self, *args, at, **kwargs):
        self.at = at
        super().__init__(*args, initial={"kind": Grievance.Kind.REPORT, "key": new_key()}, **kwargs)
        # A form shown again keeps its key, and with it what the phone has worked out
        key = self.data.get("key") or self.initial["key"]
        self.initial["challenge"] = proof.challenge(key, at)
        # Shown by the page's counter; enforced by the action, so that no text is ever cut off
        self.fields["description"].max_length = said.DESCRIPTION_MAX

    def typed(self):
        """The text fields for `intake.submit`."""
        return {name: self.cleaned_data[name] for name in ("kind", "description", "address", "name", "phone", "confidential")}

    def refuse(self, refused):
        """Put the sentence of a Refused beside its field; a used key gives way to a new one."""
        self.add_error(FIELD_OF.get(refused.code), refused.message)
        self.lost = refused.code == "upload_gone"
        if refused.code == "key_reused":
            self.data = self.data.copy()
            self.data["key"] = key = new_key()
            self.data["challenge"], self.data["proof"] = proof.challenge(key, self.at), ""


class SheetTextForm(forms.ModelForm):
    """张贴文字: only the administrator may say that the line in another language is approved."""

    class Meta:
        model = SheetText
        fields = ["helper", "other", "other_approved"]

    def __init__(self, *args, approves, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["helper"].required = False
        self.fields["other_approved"].disabled = not approves

    def typed(self):
        """What `codes.word` is told."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
