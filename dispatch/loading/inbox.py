"""保密信箱: whose box the reports on officials of a street are sealed for (信访工作条例 art. 22, 30, 46)."""

from grievance.models import ConfidentialInbox
from street.models import Organisation

KEYS = ("office", "above", "passes")


def place(content):
    """信箱: sentences saying what was done. The keys of the box are the officers' own business, never the file's."""
    row = content.file.table("confidential", required=False)
    if not row.values:
        return []
    row.only(*KEYS)
    if content.street is None:
        row.fail("各街道通用的政策不能写保密信箱，请在 [policy] 写明 street。", "office")
    office, above = _office(row, "office"), _office(row, "above")
    box, made = ConfidentialInbox.objects.update_or_create(
        street=content.street, defaults={"office": office, "above": above, "passes": row.texts("passes")}
    )
    return [f"保密信箱：{'新建' if made else '保持'}，{box.office}，上级{box.above}"]


def _office(row, key):
    code = row.text(key, most=40)
    office = Organisation.objects.filter(code=code).first()
    if office is None:
        row.fail(f"没有“{code}”这个单位。", key)
    return office
