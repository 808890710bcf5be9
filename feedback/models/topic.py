"""类案: matters that are one problem in many places, put together as a topic with an owner, a plan and what came of it."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from feedback.seasons import fault_in, shipped


class TopicQuerySet(models.QuerySet["Topic"]):
    def visible_to(self, user):
        """可见范围: of the streets to whose desk one belongs, those one's unit owns, and for the district's supervision of the
        streets below it."""
        from street.models import Role

        scope = user.scope
        district = scope.where({Role.DISTRICT_SUPERVISION})
        return self.filter(
            Q(street__in=scope.streets) | Q(owner__in=scope.organisations) | Q(street__parent__in=district)
        )  # fmt: skip

    def live(self):
        """还没有了结的."""
        return self.filter(status__in=Topic.LIVE)


class Topic(models.Model):
    """类案: found by a rule or begun by a person; what becomes of it a person decides. Of matters and units, never of persons."""

    class Ground(models.TextChoices):
        PLACE = "place", "同一处"
        CAUSE = "cause", "同一成因"
        COMPANY = "company", "同一家单位"
        CROWD = "crowd", "短时多人"
        SURGE = "surge", "骤然增多"
        SEASON = "season", "时令"
        HAND = "hand", "人工"

    class Status(models.TextChoices):
        FOUND = "found", "待认领"
        OPEN = "open", "专题办理"
        WATCHING = "watching", "看效果"
        ENDED = "ended", "已了结"
        DROPPED = "dropped", "不成立"

    LIVE = (Status.FOUND, Status.OPEN, Status.WATCHING)

    street = models.ForeignKey("street.Organisation", models.PROTECT, related_name="topics", verbose_name="街道")
    name = models.CharField("名称", max_length=80)
    ground = models.CharField("凭什么放在一起", max_length=8, choices=Ground.choices)
    why = models.CharField("依据", max_length=300)
    match = models.JSONField("以后凭什么归入", default=dict, blank=True)
    key = models.CharField("唯一键", max_length=60, blank=True)
    status = models.CharField("状态", max_length=8, choices=Status.choices, default=Status.FOUND)
    found_at = models.DateTimeField("发现时间")
    owner = models.ForeignKey("street.Organisation", models.PROTECT, null=True, related_name="+", verbose_name="牵头单位")
    plan = models.TextField("办法", blank=True)
    due_on = models.DateField("计划完成日期", null=True)
    opened_at = models.DateTimeField("立项时间", null=True)
    started_on = models.DateField("措施起用日期", null=True)
    outcome = models.TextField("结果", blank=True)
    ended_at = models.DateTimeField("了结时间", null=True)
    revision = models.PositiveIntegerField("修改次数", default=0)

    objects = TopicQuerySet.as_manager()
    # No matter of one resident: nothing in the history of a case brings it into its state
    case_id = None

    class Meta:
        verbose_name = verbose_name_plural = "类案"
        ordering = ["-found_at", "-pk"]
        constraints = [
            models.UniqueConstraint(name="topic_key_once", fields=["street", "key"], condition=~Q(key="")),
            models.CheckConstraint(
                name="topic_in_work_has_an_owner",
                condition=Q(status__in=["found", "dropped"])
                | Q(owner__isnull=False, due_on__isnull=False, opened_at__isnull=False) & ~Q(plan=""),
            ),
            models.CheckConstraint(name="topic_watched_has_begun", condition=~Q(status="watching") | Q(started_on__isnull=False)),
            models.CheckConstraint(
                name="topic_over_says_what_came_of_it",
                condition=Q(status__in=["ended", "dropped"], ended_at__isnull=False) & ~Q(outcome="")
                | ~Q(status__in=["ended", "dropped"]) & Q(ended_at__isnull=True, outcome=""),
            ),
        ]
        indexes = [models.Index(name="topic_of_street", fields=["street", "-found_at"])]

    def __str__(self):
        return self.name

    def seat(self, role):
        """Where a role must be held: at the street; of a unit's people, at the unit that owns the topic."""
        from street.models import UNIT_ROLES

        return self.owner_id if role in UNIT_ROLES else self.street_id


class TopicCase(models.Model):
    """类案里的事项, each with why it lies there; one that somebody took out stays known, so that it is not put in again."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="members", verbose_name="类案")
    case = models.ForeignKey("grievance.Case", models.CASCADE, related_name="topics", verbose_name="事项")
    why = models.CharField("为什么在里面", max_length=200)
    added_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="归入的人")
    added_at = models.DateTimeField("归入时间")
    removed_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="移出的人")
    removed_at = models.DateTimeField("移出时间", null=True)
    removed_why = models.CharField("移出原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "类案里的事项"
        ordering = ["-case__submitted_at", "-pk"]
        constraints = [models.UniqueConstraint(name="case_once_in_a_topic", fields=["topic", "case"])]


class TopicStep(models.Model):
    """类案留痕: everything done with a topic, a line each; nobody by name is the system."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="steps", verbose_name="类案")
    at = models.DateTimeField("时间")
    by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="经办人")
    posting = models.CharField("当时任职", max_length=120, blank=True)
    sentence = models.TextField("记录")

    class Meta:
        verbose_name = verbose_name_plural = "类案留痕"
        ordering = ["at", "pk"]


class WarningRuleQuerySet(models.QuerySet["WarningRule"]):
    def in_force(self, street, day):
        """预警口径: the latest of a street from a day up to `day`; the shipped one where there is none."""
        return self.filter(street=street, starts__lte=day).order_by("-starts").first() or self.model(street=street, starts=day)


class WarningRule(models.Model):
    """预警口径: from how many on matters are put together or told of, dated. Data of the office; the numbers shipped are those of
    domain §5 where it has any, else 提案."""

    street = models.ForeignKey("street.Organisation", models.PROTECT, related_name="+", verbose_name="街道")
    starts = models.DateField("起用日期")
    days = models.PositiveSmallIntegerField("看最近几天", default=28)
    place_least = models.PositiveSmallIntegerField("同一处几件起", default=3)
    cause_least = models.PositiveSmallIntegerField("同一成因几件起", default=4)
    cause_places = models.PositiveSmallIntegerField("同一成因几处起", default=3)
    cause_days = models.PositiveSmallIntegerField("同一成因几天之内", default=7)
    company_least = models.PositiveSmallIntegerField("同一家单位几件起", default=4)
    company_places = models.PositiveSmallIntegerField("同一家单位几处起", default=2)
    crowd_least = models.PositiveSmallIntegerField("短时多人几人起", default=5)
    crowd_days = models.PositiveSmallIntegerField("短时多人几天之内", default=7)
    crowd_metres = models.PositiveSmallIntegerField("短时多人几米之内", default=200)
    surge_percent = models.PositiveSmallIntegerField("一周比上周多百分之几起", default=100)
    surge_least = models.PositiveSmallIntegerField("骤增一周几件起", default=6)
    seasons = models.JSONField(
        "时令", default=shipped, blank=True,
        help_text='[{"name": "供暖开始", "on": "10-10", "days": 30, "before": 14, "categories": ["B1"]}]',
    )  # fmt: skip

    objects = WarningRuleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "预警口径"
        ordering = ["-starts"]
        constraints = [
            models.UniqueConstraint(name="warning_rule_once", fields=["street", "starts"]),
            # One or two are no kind of case
            models.CheckConstraint(
                name="warnings_want_several",
                condition=Q(place_least__gte=3, cause_least__gte=3, company_least__gte=3, crowd_least__gte=3, surge_least__gte=3),
            ),
            models.CheckConstraint(
                name="warnings_look_at_some_days",
                condition=Q(days__gte=7, days__lte=92, cause_days__gte=1, crowd_days__gte=1)
                & Q(cause_days__lte=models.F("days"), crowd_days__lte=models.F("days")),
            ),
        ]

    def __str__(self):
        return f"{self.starts} 起的预警口径"

    def clean(self):
        """Refuses, in Chinese, seasons that cannot be read."""
        if wrong := fault_in(self.seasons):
            raise ValidationError({"seasons": wrong})
