"""正在办的事: a short reviewed description of a matter, by which neighbours see that it is being worked on and may join it."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from grievance.models.case import Case
from grievance.models.complainant import Complainant
from grievance.models.grievance import Grievance

AT_WORK = (Case.Status.ADMITTED, Case.Status.IN_HANDLING)
MOST_SHOWN = 5


class OpenMatterQuerySet(models.QuerySet["OpenMatter"]):
    def live(self):
        """公开中: not taken back, of a matter at work whose category may be shared, and in which nobody speaks of a dispute or
        asked for confidence, whatever it was when the text was written."""
        told = Grievance.objects.filter(case=OuterRef("case"), withdrawn_at__isnull=True)
        private = Complainant.objects.filter(grievance__case=OuterRef("case"), confidential=True)
        at_work = self.filter(revoked_at__isnull=True, case__status__in=AT_WORK, case__category__joinable=True)
        return at_work.exclude(Exists(told.filter(kind=Grievance.Kind.DISPUTE))).exclude(Exists(private))

    def around(self, place):
        """本处: those at this place, at what it lies in and at its parts."""
        around, outer = [], place
        while outer is not None:
            around.append(outer.pk)
            outer = outer.parent
        here = Q(case__place__in=around) | Q(case__place__parent=place.pk) | Q(case__place__parent__parent=place.pk)
        return self.live().filter(here)

    def at(self, place, most=MOST_SHOWN):
        """本处公开的, the newest first, as a list; one query where the parents of `place` are read."""
        rows = self.around(place).select_related("case__promised_by", "case__place__parent__parent__parent")
        return list(rows.order_by("-approved_at", "-pk")[:most])


class OpenMatter(models.Model):
    """正在办的事: `text` is the desk's own, never a resident's words; who wrote it answers for it until it is taken back."""

    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="open_matters", verbose_name="事项")
    text = models.CharField("公开说明", max_length=120)
    approved_by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="审核人")
    approved_at = models.DateTimeField("公开时间")
    revoked_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="撤下人")
    revoked_at = models.DateTimeField("撤下时间", null=True)

    objects = OpenMatterQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "正在办的事（公开说明）"
        ordering = ["-approved_at"]
        constraints = [
            models.UniqueConstraint(name="case_has_one_open_text", fields=["case"], condition=Q(revoked_at__isnull=True)),
            models.CheckConstraint(
                name="open_text_taken_back_by_someone",
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__gte=F("approved_at"), revoked_by__isnull=False),
            ),
        ]

    def __str__(self):
        return self.text
