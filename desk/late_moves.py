"""晚识别的动作: a case that turns out to report on officials leaves the ordinary track."""

from desk import late_forms
from desk.act import Act, Chapter
from dispatch.actions import handing_over

CHAPTER = Chapter(acts={("case", "hand_over"): Act(handing_over.hand_over, late_forms.HandOver)})
