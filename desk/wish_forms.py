"""微心愿的表单: the public words of a wish."""

from django import forms

from desk.board_forms import PLAIN
from desk.forms import Admit, MoveForm, words
from grievance.actions import wishes


class OpenWish(Admit):
    """公开心愿: title and words without a name; the category decides by when a claim is to be fulfilled."""

    title = forms.CharField(label="公开标题", max_length=wishes.TITLE_MAX, required=False)
    text = words("公开内容", rows=3, help_text=PLAIN)

    def prepare(self):
        super().prepare()
        wish = getattr(self.row, "wish", None)
        if wish is not None:
            self.fields["title"].initial, self.fields["text"].initial = wish.title, wish.text


class SayNo(MoveForm):
    reason = words("为什么这次办不了", help_text="诉求人会在查询页看到这句话，请写得客气、实在。")
