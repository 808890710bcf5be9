"""微心愿: what somebody wishes, in words that anybody may read, until a unit or a team of volunteers claims it."""

from django.db import models

from street.models import UNIT_ROLES


class WishQuerySet(models.QuerySet["Wish"]):
    def visible_to(self, user):
        """可见范围: those of one's streets, and of the streets below which one's own unit stands: who may claim reads them."""
        paths = [posting.organisation.path for posting in user.scope.postings]
        streets = models.Q(case__street__in=user.scope.streets)
        for path in paths:
            streets |= models.Q(case__street__code__in=path.strip("/").split("/"))
        return self.filter(streets)

    def claimable(self):
        """待认领: approved, and with nobody yet."""
        return self.filter(status=Wish.Status.OPEN, case__status="admitted")

    def shown(self):
        """公开: approved and not taken back, at a community that has wishes; what was withdrawn or declined is not there."""
        known = ("admitted", "in_handling", "resolved", "closed")
        return self.filter(status=Wish.Status.OPEN, case__status__in=known, community__public_page__wishes=True)


class Wish(models.Model):
    """微心愿: the public words of a case whose grievance is a wish. What becomes of it is the case's and its orders' business."""

    class Status(models.TextChoices):
        OPEN = "open", "公开认领"
        RETURNED = "returned", "退回专班"

    case = models.OneToOneField("grievance.Case", models.PROTECT, related_name="wish", verbose_name="事项")
    community = models.ForeignKey("street.Organisation", models.PROTECT, related_name="+", verbose_name="社区")
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.OPEN)
    title = models.CharField("公开标题", max_length=40)
    text = models.TextField("公开内容")
    opened_by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="审核人")
    opened_at = models.DateTimeField("公开时间")
    claimed_by = models.ForeignKey("street.Organisation", models.PROTECT, null=True, related_name="+", verbose_name="认领单位")
    claimed_at = models.DateTimeField("认领时间", null=True)

    objects = WishQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "微心愿"
        ordering = ["-opened_at", "-pk"]
        indexes = [
            models.Index(name="wish_open", fields=["opened_at"], condition=models.Q(status="open", claimed_by__isnull=True))
        ]

    def __str__(self):
        return f"微心愿“{self.title}”" if self.title else "微心愿"

    def seat(self, role):
        """Where a role must be held: at the street, or at the unit that claims."""
        return self.claimed_by_id if role in UNIT_ROLES else self.case.street_id
