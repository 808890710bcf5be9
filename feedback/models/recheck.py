"""复核回访: a few of those who answered are asked once more, by somebody else. The first answer stays as it was given."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from feedback.models.callback import Callback

SCALE = ("no", "mostly", "yes")
"""From the worst answer to the best; both questions are answered in these words."""


class RecheckQuerySet(models.QuerySet["Recheck"]):
    def visible_to(self, user):
        """可见范围: of the streets whose desk one belongs to, and for the district's supervision of the streets below it."""
        from street.models import Role

        district = user.scope.where({Role.DISTRICT_SUPERVISION})
        return self.filter(Q(case__street__in=user.scope.streets) | Q(case__street__parent__in=district))

    def to_ask(self, user):
        """可由其复核: by office a supervisor's, and nobody's who handled, closed, dispatched or asked first."""
        from grievance.models import Event
        from street.models import Role

        street = user.scope.where({Role.SUPERVISOR})
        district = user.scope.where({Role.DISTRICT_SUPERVISION})
        mine = Callback.objects.filter(pk=OuterRef("callback")).impartial_to(user)
        did = (
            Q(kind="case.dispatch")
            | Q(kind__startswith="workorder.")
            | Q(kind__startswith="callback.")
            | Q(kind__startswith="mediation.")
        )
        acted = Event.objects.filter(did, case=OuterRef("case"), actor=user)
        here = Q(case__street__in=street) | Q(case__street__parent__in=district)
        return self.filter(here, Exists(mine), ~Exists(acted)).exclude(callback__recorded_by=user)

    def open(self):
        """还没有结果的."""
        return self.filter(status__in=Recheck.OPEN)


class Recheck(models.Model):
    """复核回访: the second answer beside the first. It counts in no rate; what it is for is to show whether the first holds."""

    class Status(models.TextChoices):
        DRAWN = "drawn", "待复核"
        TAKEN = "taken", "复核中"
        ANSWERED = "answered", "已复核"
        DECLINED = "declined", "不愿再答"
        LAPSED = "lapsed", "没有问到"

    class Verdict(models.TextChoices):
        SAME = "same", "一致"
        BETTER = "better", "比第一次好"
        WORSE = "worse", "比第一次差"

    OPEN = (Status.DRAWN, Status.TAKEN)

    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="rechecks", verbose_name="事项")
    callback = models.OneToOneField(Callback, models.PROTECT, related_name="recheck", verbose_name="第一次回访")
    unit = models.ForeignKey("street.Organisation", models.PROTECT, null=True, related_name="+", verbose_name="承办单位")
    status = models.CharField("状态", max_length=8, choices=Status.choices, default=Status.DRAWN)
    drawn_at = models.DateTimeField("抽中时间")
    due_at = models.DateTimeField("最晚复核时间")
    owner = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="复核人")
    tries = models.PositiveSmallIntegerField("没有接通的次数", default=0)
    tried_at = models.DateTimeField("上次拨打时间", null=True)
    replied = models.BooleanField("是否联系回复", null=True)
    resolved = models.CharField("是否解决", max_length=8, choices=Callback.Resolved.choices, blank=True)
    satisfaction = models.CharField("是否满意", max_length=8, choices=Callback.Satisfaction.choices, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True)

    objects = RecheckQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "复核回访"
        ordering = ["due_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="recheck_answer_is_whole",
                condition=Q(status="answered", owner__isnull=False) & ~Q(resolved="") & ~Q(satisfaction="")
                | ~Q(status="answered") & Q(resolved="", satisfaction="", replied=None),
            ),
        ]
        indexes = [
            models.Index(name="recheck_open", fields=["due_at"], condition=Q(status__in=["drawn", "taken"])),
            models.Index(name="recheck_drawn", fields=["drawn_at"]),
        ]

    def __str__(self):
        return f"{self.callback.grievance}的复核回访"

    def seat(self, role):
        """Where a role must be held: the district's above the street, else the street."""
        from street.models import DISTRICT_ROLES

        return self.case.street.parent_id if role in DISTRICT_ROLES else self.case.street_id

    @property
    def verdict(self):
        """对照: the second answer against the first; worse in either question is worse. Empty without a second answer."""
        if self.status != self.Status.ANSWERED:
            return ""
        steps = [
            SCALE.index(getattr(self, name)) - SCALE.index(getattr(self.callback, name)) for name in ("resolved", "satisfaction")
        ]
        if min(steps) < 0:
            return self.Verdict.WORSE
        return self.Verdict.BETTER if max(steps) > 0 else self.Verdict.SAME

    @property
    def contradicts(self):
        """矛盾: the first answer let the matter be closed, the second would not have."""
        return self.status == self.Status.ANSWERED and self.callback.content and "no" in (self.resolved, self.satisfaction)
