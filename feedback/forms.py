"""表单: the three questions, as a resident answers them and as a caller writes them down. How they are put is data."""

from django import forms
from django.utils import timezone

from dispatch import callback_words
from feedback.actions.callback import MOST_WORDS
from feedback.models import Callback, FigureRule

LANGUAGES = ("国家通用语言", "维吾尔语", "哈萨克语", "柯尔克孜语", "俄语", "英语", "手语")
"""Offered, not required, as where something is written down for somebody: any other may be typed."""


VOICE = forms.FileInput(attrs={"accept": "audio/*", "capture": "", "class": "input"})


def question(label, choices, missing, **options):
    """One question with its answers to pick from."""
    return forms.ChoiceField(
        label=label, choices=choices, widget=forms.RadioSelect, error_messages={"required": missing, "invalid_choice": missing},
        **options,
    )  # fmt: skip


class SurveyForm(forms.Form):
    """满意度调查: three questions, the reason where somebody is dissatisfied, and room for words; `words` is how they are put."""

    replied = question("", (), "请选一下：办理的人有没有联系过您")
    resolved = question("", (), "请选一下：事情解决了没有")
    satisfaction = question("", (), "请选一下：满意不满意")
    reason = question("", (), "请从中选一个原因", required=False, help_text="选了“不满意”才要选")
    words = forms.CharField(
        label="还想说的话", required=False, max_length=MOST_WORDS, widget=forms.Textarea(attrs={"rows": 4}), help_text="可不写",
        error_messages={"max_length": f"请控制在 {MOST_WORDS} 字以内"},
    )  # fmt: skip

    voice = forms.FileField(label="也可以说一段", required=False, help_text="可不说，用您习惯的语言说就行", widget=VOICE)

    def __init__(self, *args, put=None, pledge=None, **kwargs):
        super().__init__(*args, **kwargs)
        put = put or callback_words.shipped()
        for name in callback_words.ANSWERS:
            if name in self.fields:
                self.fields[name].label = put[f"ask_{name}"]
                self.fields[name].choices = callback_words.choices(put, name)
        if pledge is not None:
            self.fields["resolved"].label = f"{put['ask_kept']}（{pledge.what}）"

    def clean(self):
        """A dissatisfied person is asked for the reason; one who is not need give none."""
        answers = super().clean()
        if answers.get("satisfaction") == Callback.Satisfaction.NO and not answers.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "请选一下不满意的原因，好让我们知道重办什么")
        return answers

    @property
    def answer(self):
        """What `actions.callback.record` takes."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "voice"}
        return {**given, "replied": self.cleaned_data["replied"] == "yes"}


class CallForm(SurveyForm):
    """回访记录: the same questions as a caller asks them, and how the person was reached."""

    way = question(
        "怎么联系上的", [(way.value, way.label) for way in (Callback.Way.PHONE, Callback.Way.VISIT)], "请选一下联系方式"
    )
    language = forms.CharField(
        label="用什么语言问的", required=False, max_length=20, help_text="国家通用语言可不写", widget=forms.TextInput(
            attrs={"list": "languages", "autocomplete": "off"}
        ),
    )  # fmt: skip
    interpreter = forms.CharField(label="代译的人", required=False, max_length=60, help_text="有人代译才写")
    voice = forms.FileField(label="录音", required=False, help_text="可不附；先告知对方录音，才能附", widget=VOICE)
    field_order = ["way"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # desk.js goes to the first question at this key
        self.fields["way"].widget.attrs["data-key"] = "r"


class RecheckForm(SurveyForm):
    """复核回访: the same three questions once more; no words are asked for, those belong into the matter itself."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("reason", "words", "voice"):
            del self.fields[name]

    def clean(self):
        """No reason is asked for twice."""
        return self.cleaned_data


class FigureRuleForm(forms.ModelForm):
    """统计口径 of one street, from a day that lies ahead: the past is not counted otherwise."""

    class Meta:
        model = FigureRule
        fields = "__all__"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "street" in self.fields:
            self.fields["street"].required = True

    def clean_starts(self):
        """Refuses a day that has begun."""
        starts = self.cleaned_data["starts"]
        if starts <= timezone.localdate():
            raise forms.ValidationError("起用日期要在明天或以后：已经数过的，口径不改。")
        return starts
