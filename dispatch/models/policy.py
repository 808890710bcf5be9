"""办理政策: versions of limits, ladder and duty list. An order points at the version it was planned under."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce


class PolicyQuerySet(models.QuerySet["Policy"]):
    def in_force(self, street, at):
        """现行政策: the latest issued version of `street`, else of every street, effective at the instant `at`."""
        issued = self.filter(Q(street=street) | Q(street__isnull=True), issued_at__isnull=False, effective_from__lte=at)
        return issued.order_by(models.F("street").asc(nulls_last=True), "-effective_from", "-version").first()


class Policy(models.Model):
    """政策版本: frozen once issued."""

    name = models.CharField("名称", max_length=80)
    version = models.PositiveIntegerField("版本")
    street = models.ForeignKey(
        "street.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="policies",
        verbose_name="街道",
        help_text="为空表示各街道通用",
    )
    effective_from = models.DateTimeField("生效时间")
    issued_at = models.DateTimeField("发布时间", null=True)
    digest = models.CharField("内容摘要", max_length=64, blank=True)
    callback_tries = models.PositiveSmallIntegerField("回访次数", default=3)
    callback_days = models.PositiveSmallIntegerField("回访分布天数", default=2)
    callback_bands = models.PositiveSmallIntegerField("回访时段数", default=3)
    survey_days = models.PositiveSmallIntegerField("评价链接有效天数", default=7)
    visit_days = models.PositiveSmallIntegerField("联合上门合并天数", default=3)
    link_days = models.PositiveSmallIntegerField("外部链接有效天数", default=15)
    awake_classes = models.JSONField("夜间照常提醒的时限等级", default=list, blank=True)
    urge_hours = models.PositiveSmallIntegerField("催促间隔小时", default=24)
    reopen_days = models.PositiveSmallIntegerField("结案后可要求重办天数", default=15)
    callback_words = models.JSONField("回访问法、答法和短信", default=dict, blank=True)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "政策版本"
        ordering = ["-effective_from", "-version"]
        constraints = [
            models.UniqueConstraint("name", "version", Coalesce("street", 0), name="policy_version_once"),
        ]

    def __str__(self):
        return f"{self.name} 第{self.version}版"

    def routes_among(self, categories):
        """派单规则 that name one of these categories (by key), with what is read of each."""
        rows = self.routes.filter(category__in=categories)
        return rows.select_related("lead", "category").prefetch_related("assistants")

    def limits_in(self, limit_class):
        """办理时限 of one class; one query."""
        return list(TimeLimit.objects.filter(policy=self, limit_class=limit_class))


class Anchor(models.TextChoices):
    """时限起止: which step of an order a limit is about."""

    ACCEPT = "accept", "签收"
    FIRST_CONTACT = "first_contact", "首次联系"
    COMPLETION = "completion", "办结"
    REVIEW = "review", "办结审核"
    RETURN = "return", "退单"
    SIGNATURE = "signature", "签发"
    INTERIM = "interim", "阶段反馈"
    OBJECTION = "objection", "异议"
    NOTICE = "notice", "书面告知"
    RECHECK = "recheck", "复查"
    FINAL = "final", "复核"
    CALLBACK = "callback", "回访"
    MATTER = "matter", "事项"
    ARRIVAL = "arrival", "报到"
    ANSWER = "answer", "批示落实"
    REPLY = "reply", "公文反馈"
    PERFORMANCE = "performance", "协议履行"
    CONFIRMATION = "confirmation", "司法确认"


class Unit(models.TextChoices):
    """时限单位."""

    CLOCK_HOUR = "clock_hour", "小时"
    WORKING_HOUR = "working_hour", "工作小时"
    WORKING_DAY = "working_day", "个工作日"
    CALENDAR_DAY = "calendar_day", "日"


class TimeLimit(models.Model):
    """办理时限: for a limit class and an anchor; a category or urgency named makes the row more specific."""

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="limits", verbose_name="政策")
    limit_class = models.CharField("时限等级", max_length=8)
    anchor = models.CharField("环节", max_length=16, choices=Anchor.choices)
    category = models.ForeignKey(
        "grievance.Category", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="类别"
    )
    urgency = models.CharField("紧急程度", max_length=8, blank=True)
    amount = models.DecimalField("数量", max_digits=6, decimal_places=2)
    unit = models.CharField("单位", max_length=14, choices=Unit.choices)
    roll_over = models.BooleanField("末日为休息日顺延", default=True)
    basis = models.CharField("依据", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "办理时限"
        constraints = [
            models.UniqueConstraint(
                "policy", "limit_class", "anchor", Coalesce("category", 0), "urgency", name="one_limit_for_each_key"
            ),
            models.CheckConstraint(name="limit_amount_is_positive", condition=Q(amount__gt=0)),
        ]

    def __str__(self):
        return f"{self.limit_class} {self.get_anchor_display()} {self.amount.normalize():f}{self.get_unit_display()}"

    @property
    def specificity(self):
        """How much the row names; the most specific row wins."""
        return bool(self.category_id) * 2 + bool(self.urgency)


class Trigger(models.TextChoices):
    """触发: what makes a rung act. The first three are instants, the rest facts read by the action that changes them."""

    SHARE = "share", "用时比例"
    BEFORE = "before", "到期前"
    AFTER = "after", "到期后"
    FAILED_MEDIATION = "failed_mediation", "调解未果"
    DISSATISFIED = "dissatisfied", "不满意次数"
    REPORTERS = "reporters", "诉求人数"
    RETURNS = "returns", "退单次数"
    LISTED_CATEGORY = "listed_category", "派单即提请"
    TRANSFERS = "transfers", "转派次数"
    REWORK = "rework", "重办次数"
    LATE_ACCEPT = "late_accept", "超时签收"
    HOUSEHOLDS = "households", "涉及户数"
    NEARBY = "nearby", "附近同类诉求人数"
    LEADER_WORD = "leader_word", "领导批示"


class Level(models.TextChoices):
    """层级: where pressure goes."""

    HANDLER = "handler", "承办单位"
    UNIT_HEAD = "unit_head", "单位负责人"
    DESK = "desk", "工作专班"
    COMMUNITY_SECRETARY = "community_secretary", "社区书记"
    STREET_LEADER = "street_leader", "分管领导"
    STREET_SECRETARY = "street_secretary", "街道党工委书记"
    DISTRICT_LIST = "district_list", "提请区级挂牌"
    NEXT = "next_level", "上一级"


class EscalationRung(models.Model):
    """升级阶梯: one row of pressure. `amount` is a share of 1, an amount of `unit`, or a count, as the trigger says."""

    class Measure(models.TextChoices):
        REMIND = "remind", "临期提醒"
        CHASE = "chase", "催办"
        DRAFT = "draft", "拟文"
        ESCALATE = "escalate", "呈送"
        VISIT = "visit", "请书记上门"

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="rungs", verbose_name="政策")
    code = models.SlugField("代码", max_length=40)
    trigger = models.CharField("触发", max_length=20, choices=Trigger.choices)
    anchor = models.CharField("环节", max_length=16, choices=Anchor.choices, default=Anchor.COMPLETION)
    amount = models.DecimalField("数值", max_digits=8, decimal_places=2, default=0)
    unit = models.CharField("单位", max_length=14, choices=Unit.choices, blank=True)
    limit_class = models.CharField("时限等级", max_length=8, blank=True)
    category = models.ForeignKey(
        "grievance.Category", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="类别"
    )
    unit_kind = models.CharField("承办单位类型", max_length=12, blank=True)
    radius = models.PositiveIntegerField("半径（米）", null=True, blank=True)
    within_hours = models.PositiveIntegerField("时间窗（小时）", null=True, blank=True)
    measure = models.CharField("措施", max_length=10, choices=Measure.choices)
    to = models.CharField("对象", max_length=20, choices=Level.choices)
    paper = models.CharField("文书", max_length=24, blank=True)
    sentence = models.CharField("说明", max_length=200)
    answer_amount = models.DecimalField("反馈时限", max_digits=6, decimal_places=2, null=True, blank=True)
    answer_unit = models.CharField("反馈时限单位", max_length=14, choices=Unit.choices, blank=True)
    ends_with_case = models.BooleanField("随事项了结", default=True, help_text="否则须由人解除")
    self_issue = models.BooleanField("按授权自动印发", default=False, help_text="只限提醒函，以工作专班名义")

    class Meta:
        verbose_name = verbose_name_plural = "升级阶梯"
        ordering = ["policy", "code"]
        constraints = [models.UniqueConstraint(name="rung_code_once", fields=["policy", "code"])]

    def __str__(self):
        return f"{self.code} {self.get_measure_display()}→{self.get_to_display()}"

    @property
    def timed(self):
        """Whether the rung falls due by a clock, and not by a fact."""
        return self.trigger in (Trigger.SHARE, Trigger.BEFORE, Trigger.AFTER)


class StandingAuthority(models.Model):
    """派单授权: the named shift leader under whose authority sure matters are dispatched by themselves."""

    street = models.ForeignKey("street.Organisation", models.PROTECT, related_name="authorities", verbose_name="街道")
    leader = models.ForeignKey("street.User", models.PROTECT, related_name="authorities", verbose_name="值班长")
    hours = models.CharField("时段", max_length=11, default="00:00-24:00")
    barred = models.ManyToManyField("grievance.Category", blank=True, related_name="+", verbose_name="不自动派单的类别")
    granted_at = models.DateTimeField("授权时间")
    revoked_at = models.DateTimeField("收回时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "派单授权"
        constraints = [
            models.UniqueConstraint(name="one_authority_per_street", fields=["street"], condition=Q(revoked_at__isnull=True))
        ]

    def __str__(self):
        return f"{self.street} {self.leader} {self.hours}"
