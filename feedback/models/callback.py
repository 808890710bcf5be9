"""回访: the verdict belongs to the resident."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.functional import cached_property

from dispatch.models import Mediation, WorkOrder
from grievance.models import Event
from grievance.sealing import SealedTextField, secret_for
from street.models import UNIT_ROLES, Role

CLOSERS = ("workorder.review_pass", "workorder.review_reject")
"""审核办结的动作: who judged that the work is done does not ask whether it is (domain §1.7: caller ≠ handler ≠ closer)."""


class CallbackQuerySet(models.QuerySet["Callback"]):
    def visible_to(self, user):
        """可见范围: callbacks of the streets whose desk one belongs to; the unit that handled never sees the list."""
        return self.filter(case__street__in=user.scope.streets)

    def open(self):
        """待回访."""
        return self.filter(status=Callback.Status.OPEN)

    def counted(self):
        """计入满意率、解决率的: no 信访件, which is in none of the hotline's rates, and nobody is content twice because a promise
        was kept."""
        kept = Q(pledge__isnull=False) & ~Q(resolved="no") & ~Q(satisfaction="no")
        return self.filter(case__petition=None).exclude(kept)

    def within_reach(self):
        """可联系: of those who left a phone; the others can only answer on their own page."""
        return self.filter(grievance__complainant__phone_index__gt="")

    def impartial_to(self, user):
        """可由其回访: of cases that none of the person's present units handled, nor the person in an earlier post."""
        units = {posting.organisation_id for posting in user.scope.postings}
        own = Q(handler__in=units) | Q(accepted_by=user) | Q(completed_by=user)
        joined = Q(case=OuterRef("case")) | Q(case__merged_into=OuterRef("case")) | Q(case=OuterRef("grievance__first_case"))
        closed = Event.objects.filter(joined, kind__in=CLOSERS, actor=user)
        return self.filter(~Exists(WorkOrder.objects.filter(own, joined)), ~Exists(closed))

    def for_caller(self, user):
        """回访员可见: of the streets where one is posted as caller, and impartial."""
        return self.filter(case__street__in=user.scope.where({Role.CALLER})).impartial_to(user)

    def to_visit(self, user):
        """待上门: open ones that the desk has given to a unit of this person, of matters in which it had no part."""
        units = user.scope.where(UNIT_ROLES)
        given = self.open().filter(visitor__in=units, grievance__withdrawn_at__isnull=True)
        return given.impartial_to(user).order_by("opened_at", "pk")

    def to_assist(self, user):
        """可协助评价: open ones of the communities in which one walks a grid, whose matter neither one nor one's unit handled."""
        here = self.open().filter(case__place__community__in=user.scope.where({Role.GRID_WORKER}), visitor=None)
        return here.impartial_to(user)

    def to_call(self, user):
        """待拨打: what a caller still has to ring, in the order in which the work was finished."""
        waiting = self.for_caller(user).open().within_reach().filter(grievance__withdrawn_at__isnull=True, visitor=None)
        same = {"case": OuterRef("case"), "round": OuterRef("round"), "pledge__isnull": True}
        number = OuterRef("grievance__complainant__phone_index")
        earlier = Callback.objects.open().filter(**same, grievance__complainant__phone_index=number, pk__lt=OuterRef("pk"))
        # One who spoke several times in one matter is rung once
        return waiting.filter(~Exists(earlier)).order_by("opened_at", "pk")


class Callback(models.Model):
    """回访: one for each grievance of a resolved case and each round. Silence is never satisfaction."""

    class Status(models.TextChoices):
        OPEN = "open", "待回访"
        ANSWERED = "answered", "已评价"
        UNREACHABLE = "unreachable", "无法回访"
        SUPERSEDED = "superseded", "已作废"

    class Way(models.TextChoices):
        SURVEY = "survey", "本人评价"
        SMS = "sms", "短信回复"
        PHONE = "phone", "电话回访"
        VISIT = "visit", "上门回访"
        ASSISTED = "assisted", "网格员协助本人评价"

    class Resolved(models.TextChoices):
        YES = "yes", "解决"
        MOSTLY = "mostly", "基本解决"
        NO = "no", "未解决"

    class Satisfaction(models.TextChoices):
        YES = "yes", "满意"
        MOSTLY = "mostly", "基本满意"
        NO = "no", "不满意"

    class Reason(models.TextChoices):
        UNSOLVED = "unsolved", "未解决"
        ATTITUDE = "attitude", "态度"
        TIME = "time", "时间"
        RESULT = "result", "结果不认可"

    OWN = (Way.SURVEY, Way.SMS)
    """本人评价的方式: the person answers, nobody asks."""

    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="callbacks", verbose_name="事项")
    grievance = models.ForeignKey("grievance.Grievance", models.PROTECT, related_name="callbacks", verbose_name="诉求")
    round = models.PositiveSmallIntegerField("轮次")
    status = models.CharField("状态", max_length=12, choices=Status.choices, default=Status.OPEN)
    token_salt = models.BinaryField("评价码盐", max_length=16)
    token_hash = models.CharField("评价码摘要", max_length=64, unique=True)
    opened_at = models.DateTimeField("开始时间")
    expires_at = models.DateTimeField("评价截止")
    tried_at = models.DateTimeField("拨满次数时间", null=True, help_text="拨打次数、天数、时段都够了的那一次；此后只等评价截止")
    way = models.CharField("方式", max_length=8, choices=Way.choices, blank=True)
    replied = models.BooleanField("是否联系回复", null=True)
    resolved = models.CharField("是否解决", max_length=8, choices=Resolved.choices, blank=True)
    satisfaction = models.CharField("是否满意", max_length=8, choices=Satisfaction.choices, blank=True)
    reason = models.CharField("不满意原因", max_length=10, choices=Reason.choices, blank=True)
    words = models.TextField("原话", blank=True)
    recorded_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="回访员")
    pledge = models.ForeignKey(
        "dispatch.Pledge", models.PROTECT, null=True, related_name="callbacks", verbose_name="承诺事项",
        help_text="承诺到期以后再问一次的；为空的是办结以后的回访",
    )  # fmt: skip
    sms_code = models.CharField("短信短码", max_length=2, blank=True, default="", help_text="同一号码同时有几件待评价时")
    visitor = models.ForeignKey(
        "street.Organisation", models.PROTECT, null=True, related_name="+", verbose_name="上门单位",
        help_text="没有办过这件事的另一单位",
    )  # fmt: skip
    language = models.CharField("联系语言", max_length=20, blank=True, default="")
    interpreter = SealedTextField("代译", blank=True, default=b"")
    ended_at = models.DateTimeField("结束时间", null=True)

    objects = CallbackQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "回访"
        ordering = ["opened_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="callback_once_per_round", fields=["case", "grievance", "round"], condition=Q(pledge__isnull=True)
            ),
            models.UniqueConstraint(name="callback_once_per_pledge", fields=["grievance", "pledge"]),
            models.CheckConstraint(
                name="only_an_answer_satisfies", condition=Q(status="answered") | Q(satisfaction="", resolved="")
            ),
            models.CheckConstraint(
                name="answer_is_whole", condition=~Q(status="answered") | (~Q(satisfaction="") & ~Q(resolved=""))
            ),
        ]
        indexes = [
            models.Index(name="callback_open", fields=["opened_at"], condition=Q(status="open")),
            models.Index(name="callback_ended", fields=["ended_at"]),
        ]

    def __str__(self):
        return f"{self.grievance}的回访"

    @property
    def token(self):
        """评价码: the secret that opens the survey page; derived, never stored."""
        return secret_for("survey", self.token_salt)

    def seat(self, role):
        """Where a role must be held: at the street; at the unit that was asked to go there; else at the community of the place
        for those who walk there."""
        if role in UNIT_ROLES and self.visitor_id is not None:
            return self.visitor_id
        if role in UNIT_ROLES:
            return self.case.place.community_id if self.case.place_id else None
        return self.case.street_id

    @property
    def content(self):
        """认可: answered, solved at least mostly, and not dissatisfied."""
        return self.status == self.Status.ANSWERED and self.satisfaction != "no" and self.resolved != "no"

    @property
    def unit(self):
        """承办单位: the one that was in charge of the matter."""
        return self.case.promised_by

    @cached_property
    def answer(self):
        """公开答复: what the unit in charge told the resident last."""
        lead = self.case.orders.filter(lead=True, status=WorkOrder.Status.DONE).order_by("-completed_at").first()
        return lead.public_answer if lead else ""

    @cached_property
    def agreement(self):
        """调解协议 reached in the case, None where there is none: whether it was kept is asked here (人民调解法 art. 31)."""
        return self.case.mediations.filter(status=Mediation.Status.AGREED).order_by("-ended_at", "-pk").first()


class CallAttempt(models.Model):
    """回访拨打: each try to reach the person, with its result."""

    class Result(models.TextChoices):
        NO_ANSWER = "no_answer", "无人接听"
        UNREACHABLE = "unreachable", "号码不通"
        LATER = "later", "请稍后再打"
        DECLINED = "declined", "接通但不愿评价"
        ANSWERED = "answered", "已接通"

    callback = models.ForeignKey(Callback, models.PROTECT, related_name="attempts", verbose_name="回访")
    result = models.CharField("结果", max_length=12, choices=Result.choices)
    by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="回访员")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "回访拨打"
        ordering = ["at"]
