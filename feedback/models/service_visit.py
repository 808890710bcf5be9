"""评价码: an inspection or a service at a door leaves a code; who was visited says how it was, once. Of units alone."""

from django.db import models
from django.db.models import Q


class ListedItem(models.Model):
    """上门事项清单: what a unit may come to a door for, on what basis, and how soon again. Dated data of the office."""

    class Kind(models.TextChoices):
        INSPECTION = "inspection", "检查"
        SERVICE = "service", "服务"

    unit = models.ForeignKey("street.Organisation", models.PROTECT, related_name="listed_items", verbose_name="单位")
    kind = models.CharField("种类", max_length=10, choices=Kind.choices, default=Kind.INSPECTION)
    name = models.CharField("事项", max_length=60)
    basis = models.CharField("依据", max_length=200, help_text="法律、条款或文号")
    starts = models.DateField("列入日期")
    ends = models.DateField("移出日期", null=True, blank=True, help_text="从这天起不再是清单上的")
    rest_days = models.PositiveSmallIntegerField("几天之内不重复检查", default=90)
    sound_visits = models.PositiveSmallIntegerField("连续几次没有问题算管得好", default=2)
    sound_rest_days = models.PositiveSmallIntegerField("管得好的几天之内不再检查", default=365, help_text="白名单")

    class Meta:
        verbose_name = verbose_name_plural = "上门事项清单"
        ordering = ["unit", "name", "-starts"]
        constraints = [
            models.UniqueConstraint(name="listed_item_once", fields=["unit", "name", "starts"]),
            models.CheckConstraint(
                name="listed_item_ends_after", condition=Q(ends__isnull=True) | Q(ends__gt=models.F("starts"))
            ),
            models.CheckConstraint(name="well_kept_wants_some", condition=Q(sound_visits__gte=1)),
        ]

    def __str__(self):
        return f"{self.unit} {self.name}"

    def in_force(self, day):
        """Whether it stands on the list on a day."""
        return self.starts <= day and (self.ends is None or day < self.ends)


READ_BY = ("supervisor", "street_leader", "street_secretary", "discipline")
"""Roles at the street that read ratings one by one."""


class ServiceVisitQuerySet(models.QuerySet["ServiceVisit"]):
    def visible_to(self, user):
        """可见范围: those of one's own unit, those at places of the streets one supervises, and for the district's supervision
        those of the streets below it."""
        from street.models import Role

        scope = user.scope
        watched = Q(place__street__in=scope.where(set(READ_BY)))
        return self.filter(
            watched | Q(unit__in=scope.organisations) | Q(place__street__parent__in=scope.where({Role.DISTRICT_SUPERVISION}))
        )

    def with_token(self, hashed, at):
        """凭评价码: the visit that a card opens, while it may be rated."""
        return self.filter(token_hash=hashed, expires_at__gt=at)


class ServiceVisit(models.Model):
    """一次上门: which unit, what for, where and when, with what result. It holds a place and nobody's name."""

    class Result(models.TextChoices):
        SOUND = "sound", "没有发现问题"
        FAULTS = "faults", "发现问题"
        DONE = "done", "已服务"

    unit = models.ForeignKey("street.Organisation", models.PROTECT, related_name="service_visits", verbose_name="单位")
    item = models.ForeignKey(ListedItem, models.PROTECT, related_name="visits", verbose_name="事项")
    place = models.ForeignKey("street.Place", models.PROTECT, related_name="service_visits", verbose_name="地点")
    day = models.DateField("日期")
    result = models.CharField("结果", max_length=8, choices=Result.choices)
    because = models.CharField("因哪件事再查", max_length=24, blank=True, help_text="事项编号；不到间隔又去的要写")
    registered_by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="登记人")
    registered_at = models.DateTimeField("登记时间")
    token_salt = models.BinaryField("盐", max_length=16)
    token_hash = models.CharField("摘要", max_length=64, unique=True)
    expires_at = models.DateTimeField("可评价到")

    objects = ServiceVisitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "上门检查和服务"
        ordering = ["-day", "-pk"]
        indexes = [models.Index(name="service_visit_at_place", fields=["place", "-day"])]

    def __str__(self):
        return f"{self.unit} {self.item.name} {self.day}"

    def seat(self, role):
        """Where a role must be held: at the unit that comes."""
        return self.unit_id


class Rating(models.Model):
    """评价: how a visit was, from who was visited. What was said in words is a matter of its own and stands there alone."""

    class Way(models.TextChoices):
        CARD = "card", "评价码"
        DOOR = "door", "门上的码（未核实）"

    class Grade(models.TextChoices):
        GOOD = "good", "好"
        FAIR = "fair", "一般"
        POOR = "poor", "不好"

    visit = models.ForeignKey(ServiceVisit, models.PROTECT, related_name="ratings", verbose_name="上门")
    way = models.CharField("从哪里来", max_length=4, choices=Way.choices)
    grade = models.CharField("评价", max_length=4, choices=Grade.choices)
    reasons = models.JSONField("哪里不好", default=list)
    case = models.ForeignKey("grievance.Case", models.CASCADE, null=True, related_name="ratings", verbose_name="登记成的事项")
    staff = models.BooleanField("在工作账号的浏览器上评的", default=False)
    at = models.DateTimeField("评价时间")

    class Meta:
        verbose_name = verbose_name_plural = "上门评价"
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(name="card_rates_once", fields=["visit"], condition=Q(way="card"))]
        indexes = [models.Index(name="rating_newest", fields=["-at"])]
