"""表单: the three questions, as a resident answers them and as a caller writes them down."""

from django import forms

from feedback.actions.callback import MOST_WORDS
from feedback.models import Callback

REPLIED = [("yes", "联系过"), ("no", "没联系")]


def question(label, choices, missing, **options):
    """One question with its answers to pick from."""
    return forms.ChoiceField(
        label=label, choices=choices, widget=forms.RadioSelect, error_messages={"required": missing, "invalid_choice": missing},
        **options,
    )  # fmt: skip


class SurveyForm(forms.Form):
    """满意度调查: three questions, the reason where somebody is dissatisfied, and room for words."""

    replied = question("办理的人联系过您吗", REPLIED, "请选一下：办理的人有没有联系过您")
    resolved = question("事情解决了吗", Callback.Resolved.choices, "请选一下：事情解决了没有")
    satisfaction = question("您对办理满意吗", Callback.Satisfaction.choices, "请选一下：满意不满意")
    reason = question("不满意在哪里", Callback.Reason.choices, "请从中选一个原因", required=False, help_text="选了“不满意”才要选")
    words = forms.CharField(
        label="还想说的话", required=False, max_length=MOST_WORDS, widget=forms.Textarea(attrs={"rows": 4}), help_text="可不写",
        error_messages={"max_length": f"请控制在 {MOST_WORDS} 字以内"},
    )  # fmt: skip

    def clean(self):
        """A dissatisfied person is asked for the reason; one who is not need give none."""
        answers = super().clean()
        if answers.get("satisfaction") == Callback.Satisfaction.NO and not answers.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "请选一下不满意的原因，好让我们知道重办什么")
        return answers

    @property
    def answer(self):
        """What `actions.callback.record` takes."""
        return {**self.cleaned_data, "replied": self.cleaned_data["replied"] == "yes"}


class CallForm(SurveyForm):
    """回访记录: the same questions as a caller asks them, and how the person was reached."""

    way = question(
        "怎么联系上的", [(way.value, way.label) for way in (Callback.Way.PHONE, Callback.Way.VISIT)], "请选一下联系方式"
    )
    field_order = ["way"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # desk.js goes to the first question at this key
        self.fields["way"].widget.attrs["data-key"] = "r"


class RecheckForm(forms.Form):
    """复核回访: the same three questions once more; no words are asked for, those belong into the matter itself."""

    replied = question("办理的人联系过您吗", REPLIED, "请选一下：办理的人有没有联系过")
    resolved = question("事情解决了吗", Callback.Resolved.choices, "请选一下：事情解决了没有")
    satisfaction = question("您对办理满意吗", Callback.Satisfaction.choices, "请选一下：满意不满意")

    @property
    def answer(self):
        """What `actions.recheck.record` takes."""
        return {**self.cleaned_data, "replied": self.cleaned_data["replied"] == "yes"}
