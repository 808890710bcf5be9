"""晚识别的表单: no free words: what is typed into a form lies about."""

from django import forms

from desk.forms import MoveForm
from dispatch.actions.handing_over import GROUNDS, LAST


class HandOver(MoveForm):
    """转为检举控告: chosen from a list, and confirmed in a second step."""

    ground = forms.ChoiceField(label="情形", choices=[("", "请选择"), *GROUNDS.items()], required=False)
    confirm = forms.CharField(
        label="确认", required=False, max_length=LAST,
        help_text="先空着提交，会说明将转出什么；看过后填事项编号后五位，再提交一次。不能撤销。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 8}),
    )  # fmt: skip
