"""检索文字: what a case can be found by, in one narrow row, so that a million cases are searched and not read."""

import re
import unicodedata

from django.db import models
from django.db.models import Q

UNIT_MAX = 120
BREAKS = re.compile(r"[\W_]+")


def folded(text):
    """归一: as it is compared: one width and case of letters, whatever stands between words as one blank."""
    return BREAKS.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def unit_words(unit):
    """承办单位 by its names, folded; empty for none."""
    return folded(f"{unit.name} {unit.short_name}")[:UNIT_MAX] if unit else ""


class SearchTextQuerySet(models.QuerySet["SearchText"]):
    def forget(self, *cases):
        """作废: what was said in these cases (or cases with these keys) was withdrawn, erased, or has gone elsewhere. From this
        transaction on nothing of it is found; what is left is written anew by `search.keep_up`."""
        return self.filter(case__in=cases).update(text="", stale=True)

    def in_charge(self, case, unit):
        """承办单位 by whose name the case is found from now on."""
        return self.filter(case=case).update(unit=unit_words(unit))


class SearchText(models.Model):
    """检索文字 of a case: title, place and what residents said there, folded; the unit in charge. Goes with the words it was made
    of, can be made again from them at any time, and proves nothing."""

    case = models.OneToOneField(
        "grievance.Case", models.CASCADE, primary_key=True, related_name="search_text", verbose_name="事项"
    )
    # Only asked together with words, which are looked up first
    street = models.ForeignKey("street.Organisation", models.PROTECT, db_index=False, related_name="+", verbose_name="街道")
    at = models.DateTimeField("上报时间")
    text = models.TextField("文字", blank=True)
    unit = models.CharField("承办单位", max_length=UNIT_MAX, blank=True)
    stale = models.BooleanField("待重写", default=False)

    objects = SearchTextQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检索文字"
        # The pieces of `text` and `unit` have an index of their own on PostgreSQL: migration 0018
        indexes = [
            models.Index(name="search_text_stale", fields=["case"], condition=Q(stale=True)),
            # For what is said in every other case: the newest are sooner met one by one than picked from all that hold it
            models.Index(name="search_text_newest", fields=["street", "-at", "-case"]),
        ]

    def __str__(self):
        return str(self.pk)
