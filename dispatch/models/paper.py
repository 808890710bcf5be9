"""存档公文: a paper as it was issued, kept byte by byte with its digest."""

from django.db import models
from django.db.models import Q


def stored_as(paper, filename):
    """A path that says nothing of the paper: the digest alone."""
    return f"papers/{paper.sha256[:2]}/{paper.sha256}.docx"


class IssuedPaperQuerySet(models.QuerySet["IssuedPaper"]):
    def unmade(self):
        """待成文: signed, its facts fixed, the file still to be made."""
        return self.filter(made_at__isnull=True)


class IssuedPaper(models.Model):
    """存档公文: `facts` are fixed in the transaction that signs; the file is made from them after it, once."""

    letter = models.OneToOneField("dispatch.Letter", models.PROTECT, related_name="paper", verbose_name="公文")
    facts = models.JSONField("签发时的内容")
    file = models.FileField("文件", upload_to=stored_as, max_length=160, blank=True)
    sha256 = models.CharField("摘要", max_length=64, blank=True)
    template = models.CharField("模板摘要", max_length=64, blank=True)
    made_at = models.DateTimeField("成文时间", null=True)

    objects = IssuedPaperQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "存档公文"
        constraints = [
            models.CheckConstraint(
                name="made_paper_has_its_file_and_digests",
                condition=Q(made_at__isnull=True, file="", sha256="", template="")
                | (Q(made_at__isnull=False) & ~Q(file="") & ~Q(sha256="") & ~Q(template="")),
            )
        ]
        indexes = [models.Index(name="paper_unmade", fields=["id"], condition=Q(made_at__isnull=True))]

    def __str__(self):
        return f"{self.letter}（存档）"
