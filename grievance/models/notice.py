"""通知: the outbox. One row exactly for each message, delivery at least once, with the row's key."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from grievance.models.complainant import Complainant


class NoticeQuerySet(models.QuerySet["Notice"]):
    def due(self, at):
        """待发送: unsent, not before their time, leased to nobody, and to no number that has not answered a code."""
        free = Q(leased_until__isnull=True) | Q(leased_until__lte=at)
        return self.unsent().filter(free, not_before__lte=at).exclude(self._to_unverified())

    def unsent(self):
        """未发出: neither sent nor given up."""
        return self.filter(sent_at__isnull=True, lapsed_at__isnull=True)

    def waiting_for_a_code(self):
        """等号码验证: unsent, to a number that somebody typed and nobody has shown to be theirs."""
        return self.unsent().filter(self._to_unverified())

    @staticmethod
    def _to_unverified():
        if not settings.VERIFY_NUMBERS:
            return Q(pk__in=[])
        typed = Complainant.objects.filter(grievance=OuterRef("grievance"), phone_index__gt="", verified_at__isnull=True)
        return Q(Exists(typed))

    def visible_to(self, user):
        """可见范围: what is addressed to the person or to an organisation the person works for."""
        scope = user.scope
        of_role = Q(role__in=scope.roles, case__street__in=scope.streets)
        return self.filter(Q(user=user) | Q(organisation__in=scope.organisations) | of_role)


class Notice(models.Model):
    """通知: to the one who raised a grievance, to an organisation, to a role of the street, or to a person."""

    key = models.CharField("唯一键", max_length=120, unique=True)
    kind = models.CharField("类型", max_length=30)
    case = models.ForeignKey(
        "grievance.Case",
        models.PROTECT,
        null=True,
        related_name="notices",
        verbose_name="事项",
        help_text="上门等不属于某一事项的为空",
    )
    grievance = models.ForeignKey("grievance.Grievance", models.PROTECT, null=True, related_name="notices", verbose_name="诉求")
    organisation = models.ForeignKey("street.Organisation", models.PROTECT, null=True, related_name="+", verbose_name="单位")
    user = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="人员")
    role = models.CharField("角色", max_length=24, blank=True)
    text = models.CharField("内容", max_length=400)
    created_at = models.DateTimeField("生成时间")
    not_before = models.DateTimeField("最早发送")
    leased_until = models.DateTimeField("占用至", null=True)
    sent_at = models.DateTimeField("发出时间", null=True)
    lapsed_at = models.DateTimeField("作废时间", null=True, help_text="号码到时还没有验证，或发出之前已撤销；不再发出")
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    failure = models.CharField("失败原因", max_length=200, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(name="notice_unsent", fields=["not_before"], condition=Q(sent_at__isnull=True, lapsed_at__isnull=True)),
            # What the desk is warned of: counted with each opening of its home page
            models.Index(name="notice_failing", fields=["case"], condition=Q(sent_at__isnull=True, attempts__gte=3)),
            models.Index(name="notice_newest", fields=["-created_at", "-id"]),
            models.Index(name="notice_of_role", fields=["role"], condition=Q(role__gt="")),
        ]
