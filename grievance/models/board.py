"""公开栏: which communities have public pages, who agreed that a matter may be shown there, and what is shown of it."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q


class PublicPage(models.Model):
    """对外公开: the public pages of a community. Both are off until the office switches them on."""

    community = models.OneToOneField(
        "street.Organisation", models.PROTECT, related_name="public_page", limit_choices_to={"kind": "community"},
        verbose_name="社区",
    )  # fmt: skip
    board = models.BooleanField("开通公开栏", default=False)
    wishes = models.BooleanField("开通微心愿", default=False)
    wish_days = models.PositiveSmallIntegerField("心愿无人认领，几天后退回专班", default=30)

    class Meta:
        verbose_name = verbose_name_plural = "对外公开"
        ordering = ["community__path"]

    def __str__(self):
        return f"{self.community}对外公开"


class BoardConsent(models.Model):
    """同意公开 of one person, while the row stands (个人信息保护法 art. 14, 15); `photos` are those agreed to one by one."""

    grievance = models.OneToOneField(
        "grievance.Grievance", models.PROTECT, related_name="board_consent", verbose_name="诉求"
    )  # fmt: skip
    photos = models.ManyToManyField("grievance.Attachment", blank=True, related_name="+", verbose_name="同意公开的照片")
    at = models.DateTimeField("同意时间")

    class Meta:
        verbose_name = verbose_name_plural = "同意公开"

    def __str__(self):
        return f"{self.grievance}同意公开"


class BoardEntryQuerySet(models.QuerySet["BoardEntry"]):
    def visible_to(self, user):
        """可见范围: those of one's streets."""
        return self.filter(case__street__in=user.scope.streets)

    def live(self):
        """公开中: approved, of a matter still closed as it was then, of a category that may still be shown, with a consent that
        still stands, at a community whose board is open."""
        agreed = BoardConsent.objects.filter(grievance__case=OuterRef("case"))
        return self.filter(
            Exists(agreed), status=BoardEntry.Status.PUBLISHED, case__status="closed", case__round=F("round"),
            case__category__board=True, community__public_page__board=True,
        )  # fmt: skip


class BoardEntry(models.Model):
    """公开内容: one matter as anybody may read it. One person writes it, another approves; no number, no name, no house."""

    class Status(models.TextChoices):
        DRAFT = "draft", "待审核"
        PUBLISHED = "published", "公开中"
        REFUSED = "refused", "不公开"
        TAKEN_DOWN = "taken_down", "已撤下"

    OPEN = (Status.DRAFT, Status.PUBLISHED)

    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="board_entries", verbose_name="事项")
    community = models.ForeignKey("street.Organisation", models.PROTECT, related_name="+", verbose_name="社区")
    round = models.PositiveSmallIntegerField("办理轮次")
    month = models.DateField("结案月份", help_text="当月第一天；公开栏不写到日")
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.DRAFT)
    title = models.CharField("公开标题", max_length=40)
    came_in = models.TextField("反映了什么")
    done = models.TextField("怎么办的")
    drafted_by = models.ForeignKey("street.User", models.PROTECT, related_name="+", verbose_name="拟稿人")
    drafted_at = models.DateTimeField("拟稿时间")
    decided_by = models.ForeignKey("street.User", models.PROTECT, null=True, related_name="+", verbose_name="审核人")
    decided_at = models.DateTimeField("审核时间", null=True)
    reason = models.CharField("不公开或撤下的理由", max_length=200, blank=True)
    taken_at = models.DateTimeField("撤下时间", null=True)

    objects = BoardEntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公开内容"
        ordering = ["-decided_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="case_has_one_open_board_entry", fields=["case"], condition=Q(status__in=["draft", "published"])
            ),
            models.CheckConstraint(
                name="board_entry_is_approved_by_another",
                condition=~Q(status="published") | (Q(decided_by__isnull=False) & ~Q(decided_by=F("drafted_by"))),
            ),
        ]
        indexes = [models.Index(name="board_entry_shown", fields=["community", "-month", "-id"], condition=Q(status="published"))]

    def __str__(self):
        return f"公开内容“{self.title}”" if self.title else "公开内容"

    def seat(self, role):
        """Where a role must be held: at the street."""
        return self.case.street_id


class BoardPhoto(models.Model):
    """公开照片: a picture drawn anew for the board, under a name that nobody can guess; `after` says that it shows the result."""

    entry = models.ForeignKey(BoardEntry, models.CASCADE, related_name="photos", verbose_name="公开内容")
    attachment = models.ForeignKey("grievance.Attachment", models.CASCADE, related_name="+", verbose_name="原照片")
    after = models.BooleanField("办理后", default=False)
    name = models.CharField("公开名", max_length=40, unique=True)

    class Meta:
        verbose_name = verbose_name_plural = "公开照片"
        ordering = ["after", "pk"]

    @property
    def path(self):
        """Where its bytes lie in the storage."""
        return f"board/{self.name[:2]}/{self.name}.jpg"
