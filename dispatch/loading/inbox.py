"""保密信箱: whose box the reports on officials of a street are sealed for (信访工作条例 art. 22, 30, 46)."""

from grievance.models import ConfidentialInbox

KEYS = ("office", "above", "passes")


def place(content):
    """信箱: sentences saying what was done. The keys of the box are the officers' own business, never the file's."""
    row = content.street_table("confidential", KEYS, "保密信箱")
    if row is None:
        return []
    office, above = (content.units.named(row, key, required=True) for key in ("office", "above"))
    box, made = ConfidentialInbox.objects.update_or_create(
        street=content.street, defaults={"office": office, "above": above, "passes": row.texts("passes")}
    )
    return [f"保密信箱：{'新建' if made else '保持'}，{box.office}，上级{box.above}"]
