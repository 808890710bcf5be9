"""Every page of staff, for the walk with axe in `test_roles`: where it stands in the scene, and what is left out, with why.

A new page is walked from the day it is added: nobody has to list it, and nobody can forget it."""

import re

from tests.contracts.test_doors import put_into

READERS = ("zhibanzhang", "admin", "anquan", "huifang1", "jiwei", "luxi_wangge", "luxi_banli", "duban", "sifasuo_banli")
"""Who opens a page: the first of these to whom it is open."""

NO_PAGE = re.compile(
    r"^api/|\.(docx|pdf|jpg|xlsx|toml|<slug:ending>)$|^admin/(jsi18n|autocomplete|logout|\(\?P)|^codes/wizard/template/$|/counts/$"
)
"""Answers for programs, files, and the way out."""
DJANGO_S_OWN = re.compile(r"^admin/(?!street/grid/).*/(delete|history)/$|^admin/\^|^admin/street/grid/.*/delete/$")
"""Django's own templates, the same for every table: the history of one is walked; nobody deletes."""
BUTTONS = {
    "codes/<int:pk>/replace/", "codes/<int:pk>/revoke/", "codes/issue/<slug:place>/", "codes/wizard/confirm/",
    "desk/callbacks/<int:pk>/attempt/", "desk/callbacks/<int:pk>/officer/", "desk/callbacks/<int:pk>/phone/",
    "desk/cases/<str:number>/contact/<str:grievance>/", "desk/cases/<str:number>/preview/", "desk/cases/export/",
    "desk/receptions/<int:pk>/cancel/", "desk/triage/<str:number>/", "desk/triage/<str:number>/hand/", "desk/triage/bulk/",
    "desk/triage/undo/", "desk/views/", "desk/views/<int:pk>/",
}  # fmt: skip
"""Pressed, never opened."""
FORWARDS = {"desk/policy/", "desk/policy/<slug:street>/draft/", "phone/"}
"""Leads to another page of this walk."""
READ_ONLY = {
    "dispatch/letter", "dispatch/mediation", "dispatch/petition", "dispatch/supervision", "dispatch/suspension",
    "dispatch/workorder", "feedback/callback", "grievance/case", "grievance/grievance",
}  # fmt: skip
"""Tables of matters: a row leads to the page of its matter, and none is added by hand."""
NOTHING_ADDED = {
    "admin/logentry", "dispatch/policy", "dispatch/routingrule", "grievance/alert", "grievance/category",
    "grievance/classifierversion", "grievance/cue", "grievance/qrcode", "street/language", "street/wording",
}  # fmt: skip
FILES = {"desk/attachments/<int:pk>/", "desk/callbacks/<int:pk>/voice/"}
"""A picture, a film or a recording, as it was handed in."""
LEFT_OUT = (
    BUTTONS | FORWARDS | FILES
    | {f"admin/{table}/{page}/" for table in READ_ONLY for page in ("add", "<path:object_id>/change")}
    | {f"admin/{table}/add/" for table in NOTHING_ADDED}
)  # fmt: skip


def walked(patterns):
    """Those among the address patterns of staff that are pages to be looked at."""
    return [path for path in patterns if path not in LEFT_OUT and not NO_PAGE.search(path) and not DJANGO_S_OWN.search(path)]


ROWS = {
    "callbacks/": "callback-pk-1440", "topics/": "topic", "service-visits/": "visit", "rechecks/": "recheck-pk",
    "desk/reports/": "report", "desk/shift/": "shift", "visiting/": "visiting-pk",
}  # fmt: skip
"""Which row of the scene such an address speaks of; a posting where nothing is said."""


def address(pattern, made):
    """The address of a pattern, with the numbers of the scene in its holes."""
    table = re.match(r"admin/(\w+)/(\w+)/", pattern)
    named = next((name for part, name in ROWS.items() if part in pattern), "posting")
    row = made.get(f"{table[1]}.{table[2]}") if table else made[named]
    number = "handle-order-1440" if "orders/" in pattern else "sealed" if "confidential/" in pattern else "handle-1440"
    values = {
        "<slug:template>": "supervise", "<slug:street>": "qms", "<slug:kind>": "units" if "import" in pattern else "order",
        "<str:number>": made[number], "<path:object_id>": row, "<id>": row,
        "<int:pk>": row if "papers/" not in pattern else 1,
    }  # fmt: skip
    return put_into(pattern, values)
