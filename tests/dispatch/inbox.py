"""保密信箱 of the small street: an office of its own and the one above, each with a key whose private half the test holds."""

from grievance import sealed_box
from grievance.actions import confidential
from grievance.models import ConfidentialInbox, ConfidentialReport
from street.models import Organisation
from tests.dispatch.scene import TUESDAY, later, organisation

LATER = later(days=1)
PASSPHRASE = "correct horse battery"
PAIRS = {code: sealed_box.new_pair(PASSPHRASE) for code in ("jiwei", "qujiwei")}


def with_inbox(scene):
    """The scene with its inbox open; what speaks of 纪工委 goes above."""
    offices = []
    for code, parent in (("jiwei", scene.street), ("qujiwei", scene.street.parent)):
        offices.append(organisation(code, Organisation.Kind.DEPARTMENT, parent))
        confidential.change_key(offices[-1], public=PAIRS[code][0], at=TUESDAY)
    ConfidentialInbox.objects.create(street=scene.street, office=offices[0], above=offices[1], passes=["纪工委"])
    return scene


def opened(report, code="jiwei", *, at=LATER):
    """({field: text}, [file]) of a report, as the officer of that office opens it."""
    key = sealed_box.unlock(PAIRS[code][1], PASSPHRASE)
    return confidential.read(ConfidentialReport.objects.get(pk=report.pk), key=key, by=None, at=at)
