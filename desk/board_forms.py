"""公开栏的表单: the public words and pictures of a closed matter, and the approval by another person."""

from django import forms
from django.utils.html import format_html

from desk.forms import MoveForm, words
from grievance.actions import board
from grievance.casework import beijing

PLAIN = "不写姓名、称呼、电话、楼号门牌、车牌和编号；日期写“3月14日”。"


class Photos(forms.MultipleChoiceField):
    """照片, each shown small beside its tick."""

    widget = forms.CheckboxSelectMultiple

    def offer(self, photos):
        """The pictures that can be chosen."""
        self.photos = {str(photo.pk): photo for photo in photos}
        self.choices = [(str(photo.pk), _shown(photo)) for photo in photos]

    def clean(self, value):
        """The pictures."""
        return [self.photos[pk] for pk in super().clean(value)]


def _shown(photo):
    whose = "诉求人" if photo.grievance_id else "办理人员"
    return format_html(
        '<img class="d-photo" src="/desk/attachments/{}/" alt="{}的照片" loading="lazy"> {} {}',
        photo.pk,
        whose,
        whose,
        beijing(photo.at),
    )


class DraftBoard(MoveForm):
    """拟公开: only pictures that were agreed to, and those of the people who handled the matter, can be chosen."""

    title = forms.CharField(label="公开标题", max_length=board.TITLE_MAX, required=False)
    came_in = words("反映了什么", rows=3, help_text=PLAIN)
    done = words("怎么办的", rows=4, help_text=PLAIN)
    before = Photos(label="办理前的照片", required=False, help_text="照片里不能有人脸、车牌、门牌。")
    after = Photos(label="办理后的照片", required=False)

    def prepare(self):
        photos = board.photos_open_to(self.row)
        for name in ("before", "after"):
            self.fields[name].offer(photos)
            if not photos:
                del self.fields[name]


class Publish(MoveForm):
    looked = forms.BooleanField(
        label="文字逐句读过、照片逐张看过：认不出是谁、住哪里，照片里没有人脸、车牌和门牌", required=False
    )  # fmt: skip
