"""推演一段: residents, desk, units, callers, signers and secretaries of every street, and the audit each night."""

from config.replay import leaders, residents
from config.replay.audit import Audit
from config.replay.rounds import Rounds
from street.models import Organisation


def play(cases, *, seed, since, until, rounds=Rounds, tell=None, **pace):
    """推演: `cases` matters between two instants; the Rounds and the Audit, each to be asked afterwards.

    `tell(at, audit)` is called after each night's audit; `hurried=True` lets sweeps that decide nothing run late."""
    stage, audit = rounds(seed, **pace), Audit()

    def night(at):
        audit(at)
        if tell is not None:
            tell(at, audit)

    stage.play(everybody(stage, cases, since, until), since=since, until=until, each_night=night)
    return stage, audit


def everybody(stage, cases, since, until):
    """Everybody's stories."""
    yield from residents.everybody(stage, cases, since, until)
    for street in Organisation.objects.streets().order_by("code"):
        yield leaders.office(stage, street)


def handed_over(message):
    """通知的去处 of a span that never was: nowhere. What was sent is told by its row."""
