"""诉求: what one person said once."""

from datetime import timedelta

from django.db import models
from django.db.models import Q

from grievance.sealing import fingerprint, secret_for


class GrievanceQuerySet(models.QuerySet["Grievance"]):
    def visible_to(self, user):
        """可见范围: as far as the case they lie in is visible."""
        from grievance.models.case import Case

        return self.filter(case__in=Case.objects.visible_to(user))

    def with_receipt(self, receipt):
        """凭查询码: the one grievance that this secret opens, if any."""
        return self.filter(receipt_hash=fingerprint(receipt))


class Grievance(models.Model):
    """诉求: its own number, secret receipt, news and callback, whatever case it lies in."""

    class Kind(models.TextChoices):
        REPORT = "report", "我要反映"
        DISPUTE = "dispute", "我有纠纷"
        QUESTION = "question", "我想问"
        SUGGESTION = "suggestion", "我建议"
        WISH = "wish", "我有心愿"

    number = models.CharField("诉求编号", max_length=24, unique=True)
    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="grievances", verbose_name="事项")
    first_case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="+", verbose_name="最初事项")
    qr_code = models.ForeignKey("grievance.QRCode", models.PROTECT, null=True, related_name="grievances", verbose_name="说事码")
    kind = models.CharField("类型", max_length=12, choices=Kind.choices, default=Kind.REPORT)
    description = models.TextField("内容", blank=True)
    words_mark = models.CharField("同文标记", max_length=16, blank=True)
    address = models.CharField("具体位置", max_length=200, blank=True)
    key = models.CharField("提交标识", max_length=200)
    body_digest = models.CharField("提交内容摘要", max_length=64)
    receipt_salt = models.BinaryField("查询码盐", max_length=16)
    receipt_hash = models.CharField("查询码摘要", max_length=64, unique=True)
    submitted_at = models.DateTimeField("上报时间")
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    asked_again_at = models.DateTimeField("承诺到期再问的时间", null=True, help_text="还没有回答的；回答了、不再问了即空")
    urged_at = models.DateTimeField("最近催促时间", null=True)
    sensitive_agreed_at = models.DateTimeField("同意处理敏感信息", null=True, help_text="个人信息保护法第二十九条单独同意")

    objects = GrievanceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "诉求"
        ordering = ["submitted_at"]
        indexes = [models.Index(name="grievance_same_words", fields=["words_mark", "submitted_at"], condition=~Q(words_mark=""))]
        constraints = [
            models.UniqueConstraint(name="grievance_once_per_key", fields=["qr_code", "key"], condition=Q(qr_code__isnull=False))
        ]

    def __str__(self):
        return self.number

    def alike(self):
        """同文件数: grievances of the last day, this one included, with the same words; 0 where they are too short to tell."""
        if not self.words_mark:
            return 0
        day = (self.submitted_at - timedelta(days=1), self.submitted_at)
        return Grievance.objects.filter(words_mark=self.words_mark, submitted_at__range=day).count()

    @property
    def phone(self):
        """留下的号码 in clear, empty where there is none; for matters of the number itself, never for a page."""
        return getattr(getattr(self, "complainant", None), "phone", "")

    @property
    def receipt(self):
        """查询码: the secret that opens the follow page; derived, never stored."""
        return secret_for("receipt", self.receipt_salt)


class Remark(models.Model):
    """补充与说明: words added to a case by a resident or by staff; an event points here."""

    class Kind(models.TextChoices):
        NOTE = "note", "补充"
        QUESTION = "question", "提问"
        ANSWER = "answer", "答复"
        THANKS = "thanks", "致谢"
        STAFF_ASK = "staff_ask", "工作人员的提问"

    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="remarks", verbose_name="事项")
    grievance = models.ForeignKey(Grievance, models.PROTECT, null=True, related_name="remarks", verbose_name="诉求")
    author = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="作者")
    kind = models.CharField("种类", max_length=10, choices=Kind.choices, default=Kind.NOTE)
    answers = models.ForeignKey("self", models.PROTECT, null=True, related_name="replies", verbose_name="答复的提问")
    round = models.PositiveSmallIntegerField("轮次", null=True, help_text="致谢和工作人员的提问写明为哪一轮办理")
    text = models.TextField("内容", blank=True)
    public = models.BooleanField("诉求人可见", default=False)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "补充与说明"
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(name="thanks_once_a_round", fields=["grievance", "round"], condition=Q(kind="thanks")),
            models.UniqueConstraint(name="question_answered_once", fields=["answers"], condition=Q(answers__isnull=False)),
        ]

    def seat(self, role):
        """Where a role must be held to answer a question: as for its case."""
        return self.case.seat(role)
