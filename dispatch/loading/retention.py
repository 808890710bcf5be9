"""保存期限: how long a street keeps what people said (个人信息保护法 art. 19: the shortest that the purpose needs)."""

from grievance.models import RetentionRule

KEYS = ("personal_days", "withdrawn_days", "papers_days")


def place(content):
    """保存期限: sentences saying what was done."""
    row = content.street_table("retention", KEYS, "保存期限")
    if row is None:
        return []
    days = {key: row.count(key, least=30) for key in KEYS}
    if days["papers_days"] < days["personal_days"]:
        row.fail("档案保存期不能短于个人信息保存期。", "papers_days")
    RetentionRule.objects.update_or_create(street=content.street, defaults=days)
    return [f"保存期限：个人信息 {days['personal_days']} 天，档案 {days['papers_days']} 天"]
