"""公文: drafted by the clock or a person, signed by a person, numbered at signing."""

from django.db import models
from django.db.models import Q

BY_AUTHORITY = "依值班长授权自动印发"


class LetterQuerySet(models.QuerySet["Letter"]):
    def visible_to(self, user):
        """可见范围: letters of the streets one works for, those to or from one's own organisation."""
        scope = user.scope
        own = Q(issuer__in=scope.organisations) | Q(to__in=scope.organisations, status=Letter.Status.ISSUED)
        return self.filter(own | Q(case__street__in=scope.streets))

    def drafts(self):
        """待签发."""
        return self.filter(status=Letter.Status.DRAFT)


class Letter(models.Model):
    """公文: 提醒函, 督办单, 书记督办, 提请挂牌督办; kept as issued."""

    class Kind(models.TextChoices):
        CAUTION = "caution", "提醒函"
        SUPERVISE = "supervise", "督办单"
        SECRETARY_SUPERVISE = "secretary_supervise", "书记督办单"
        LISTING_PROPOSAL = "listing_proposal", "提请挂牌督办报告"
        LISTING = "listing", "挂牌督办通知书"
        UNLISTING = "unlisting", "解除挂牌督办通知书"
        PETITION_NOTICE = "petition_notice", "信访事项告知书"
        PETITION_OPINION = "petition_opinion", "信访事项处理意见书"

    class Status(models.TextChoices):
        DRAFT = "draft", "待签发"
        ISSUED = "issued", "已签发"
        DISCARDED = "discarded", "不予签发"

    kind = models.CharField("文种", max_length=20, choices=Kind.choices)
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.DRAFT)
    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="letters", verbose_name="事项")
    order = models.ForeignKey("dispatch.WorkOrder", models.PROTECT, null=True, related_name="letters", verbose_name="派工单")
    supervision = models.ForeignKey(
        "dispatch.Supervision", models.PROTECT, null=True, related_name="letters", verbose_name="督办"
    )
    checkpoint = models.OneToOneField(
        "dispatch.Checkpoint", models.PROTECT, null=True, related_name="letter", verbose_name="时限节点"
    )
    # The indexes by unit hold the case as well, by which its street is found
    issuer = models.ForeignKey(
        "street.Organisation", models.PROTECT, db_index=False, related_name="issued_letters", verbose_name="发文单位"
    )
    to = models.ForeignKey(
        "street.Organisation", models.PROTECT, db_index=False, related_name="received_letters", verbose_name="主送单位"
    )
    subject = models.CharField("标题", max_length=120)
    body = models.TextField("正文")
    drafted_at = models.DateTimeField("拟稿时间")
    number = models.CharField("文号", max_length=60, blank=True)
    signed_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="签发人")
    signed_at = models.DateTimeField("签发时间", null=True)
    authority = models.ForeignKey(
        "dispatch.StandingAuthority",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="自动印发授权",
        help_text="政策允许时，低层级提醒函由值班长授权自动印发",
    )
    received_at = models.DateTimeField("签收时间", null=True)
    received_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="签收人")
    answer_due_at = models.DateTimeField("反馈时限", null=True)
    answered_at = models.DateTimeField("反馈时间", null=True)
    answered_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="反馈人")
    answer = models.TextField("反馈", blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公文"
        ordering = ["-drafted_at"]
        constraints = [
            models.UniqueConstraint(name="letter_number_once", fields=["number"], condition=~Q(number="")),
            models.CheckConstraint(
                name="issued_letter_is_numbered_and_signed_by_a_person",
                # Of all papers only the lowest may go out without a signature, and then in nobody's name
                condition=(Q(status="issued", signed_by__isnull=False, signed_at__isnull=False) & ~Q(number=""))
                | (
                    Q(status="issued", kind="caution", signed_by__isnull=True, signed_at__isnull=False, authority__isnull=False)
                    & ~Q(number="")
                )
                | (~Q(status="issued") & Q(number="", signed_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(name="letter_issuer", fields=["issuer", "case"]),
            models.Index(name="letter_to", fields=["to", "case"]),
            models.Index(name="letter_newest", fields=["-drafted_at", "-id"]),
            models.Index(name="letter_newest_of_kind", fields=["kind", "-drafted_at", "-id"]),
            models.Index(name="letter_newest_of_status", fields=["status", "-drafted_at", "-id"]),
            models.Index(
                name="letter_unanswered", fields=["to", "answer_due_at"], condition=Q(status="issued", answered_at__isnull=True)
            ),
        ]

    def __str__(self):
        return self.number or f"{self.get_kind_display()}（待签发）"

    @property
    def signed_as(self):
        """签发落款 as people read it: a person, or nobody but the authority under which the paper went out; empty for a draft."""
        return str(self.signed_by or (BY_AUTHORITY if self.status == self.Status.ISSUED and self.authority_id else ""))

    def seat(self, role):
        """Where a role must be held to sign: the street's leaders at the street, others at the issuing organisation."""
        from street.models import STREET_ROLES

        return self.case.street_id if role in STREET_ROLES else self.issuer_id
