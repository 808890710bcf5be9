"""扫码计数: how often the page behind a code was opened on a day, and nothing about whoever opened it."""

from django.db import connection, models

# One statement, so that two processes can never both read the old count. Both databases know this form.
COUNT_ONE_MORE = """
INSERT INTO grievance_scancount (code_id, day, count) VALUES (%s, %s, 1)
ON CONFLICT (code_id, day) DO UPDATE SET count = grievance_scancount.count + 1
"""
HURRY = 0.1
"""Seconds that a scan waits for SQLite's one writer."""


class ScanCountQuerySet(models.QuerySet["ScanCount"]):
    def one_more(self, code_id, day):
        """Count an opening of the page of a code on a local day. DatabaseError where that would have to wait for long."""
        with connection.cursor() as cursor:
            _wait_at_most(HURRY)
            try:
                cursor.execute(COUNT_ONE_MORE, [code_id, connection.ops.adapt_datefield_value(day)])
            finally:
                _wait_at_most(connection.settings_dict["OPTIONS"].get("timeout", 5))

    def since(self, day):
        """自某日起: the counts of that local day and later."""
        return self.filter(day__gte=day)


def _wait_at_most(seconds):
    # SQLite has one writer for everything: a resident's page must not stand behind a sweep to be counted
    if connection.vendor == "sqlite":
        connection.connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")


class ScanCount(models.Model):
    """扫码计数: a number for a code and a local day. No address, no telephone, no hour: it shows which posters are read."""

    code = models.ForeignKey("grievance.QRCode", models.PROTECT, related_name="scan_counts", verbose_name="说事码")
    day = models.DateField("日期")
    count = models.PositiveIntegerField("次数", default=0)

    objects = ScanCountQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "扫码计数"
        constraints = [models.UniqueConstraint(name="scan_count_once_a_day", fields=["code", "day"])]
