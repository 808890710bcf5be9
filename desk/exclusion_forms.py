"""统计另列的表单: what is to be counted apart, on what ground, and the opinions of the two levels."""

from django import forms

from desk.forms import MoveForm, words
from feedback.models import Exclusion


class AskExclusion(MoveForm):
    """申请统计另列."""

    kind = forms.ChoiceField(label="另列什么", choices=Exclusion.Kind.choices)
    ground = forms.ChoiceField(label="因为什么", choices=Exclusion.Ground.choices)
    reason = words("事实和依据", help_text="街道和区两级复核；同意后诉求人会收到通知和理由类型，这件事仍在另列一栏里。")


class Opinion(MoveForm):
    """复核意见."""

    opinion = words("复核意见")
