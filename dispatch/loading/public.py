"""对外公开: which communities of a street show a public board and wishes; none where the file does not name them."""

from grievance.models import PublicPage
from street.models import Organisation

KEYS = ("boards", "wishes", "wish_days")


def place(content):
    """对外公开: sentences saying what was done. A community that is named nowhere is switched off; without the table all stay."""
    row = content.street_table("public", KEYS, "对外公开")
    if row is None:
        return []
    named = {key: _communities(row, key, content) for key in ("boards", "wishes")}
    days = {"wish_days": row.count("wish_days", least=1)} if "wish_days" in row else {}
    for community in Organisation.objects.filter(parent=content.street, kind=Organisation.Kind.COMMUNITY):
        on = {"board": community.code in named["boards"], "wishes": community.code in named["wishes"]}
        if any(on.values()) or hasattr(community, "public_page"):
            PublicPage.objects.update_or_create(community=community, defaults={**on, **days})
    return [f"对外公开：公开栏 {len(named['boards'])} 个社区，微心愿 {len(named['wishes'])} 个社区"]


def _communities(row, key, content):
    codes = row.texts(key) if key in row else []
    known = Organisation.objects.filter(parent=content.street, kind=Organisation.Kind.COMMUNITY, code__in=codes)
    unknown = set(codes) - set(known.values_list("code", flat=True))
    if unknown:
        row.fail(f"“{key}”里的 {'、'.join(sorted(unknown))} 不是本街道的社区。", key)
    return codes
