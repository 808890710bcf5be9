"""The same month lived through otherwise: killed within transactions, swept by four at once, in another order of arrival.

What is compared, and why. Numbers of cases and grievances are drawn by lot, and rows have other keys in another database: so a
case is named by the key under which its first grievance was sent, and an order by its unit and round. A paper is its kind, its
case, its addressee and issuer, the instants at which it was drafted and signed, its state and its cause (the rung, or a person's
act). An automatic reminder (临期提醒, 催办) is a paper without a number: its kind, case, addressee and instant. The number of a
letter is compared only where the order of arrival is the same; in a shuffled month two papers signed in the same minute may swap
places, so there the numbers given out are compared as a set.
"""

import os
import signal
from multiprocessing import get_context

from django.db import connection, connections

from config.replay.rounds import Rounds
from dispatch.models import Letter
from grievance.models import Notice


def papers(stage, *, numbers):
    """Every paper of the data, as said above, in one order."""
    rows = Letter.objects.select_related("checkpoint__rung", "order__handler", "to", "issuer", "signed_by")
    return sorted(
        (
            stage.names[row.case_id], row.kind, row.to.code, row.issuer.code, f"{row.drafted_at:%s}",
            f"{row.signed_at:%s}" if row.signed_at else "", row.status, str(row.signed_by or ""), cause(row),
            row.number if numbers else "",
        )
        for row in rows
    )  # fmt: skip


def cause(letter):
    """起因: the rung of the ladder, or that a person drafted it; with the order it speaks of."""
    rung = letter.checkpoint.rung.code if letter.checkpoint else "person"
    return f"{rung}/{letter.order.handler.code}/{letter.order.round}" if letter.order else rung


def reminders(stage):
    """Every automatic paper: what was said to whom about which case, and when."""
    rows = Notice.objects.filter(kind__in=["remind", "chase"], case__isnull=False).select_related("organisation", "case")
    return sorted(
        (stage.names[row.case_id], row.kind, row.organisation.code if row.organisation else row.role, f"{row.created_at:%s}")
        for row in rows
    )


def numbers():
    """The numbers given out, each once."""
    return sorted(Letter.objects.exclude(number="").values_list("number", flat=True))


class Struck(Rounds):
    """Now and then a process that does the work dies by SIGKILL within a transaction, before the work is done in earnest.

    A sweep dies at any statement, after some of its cases have been committed; a person's move before its commit, as for somebody
    whose page never answered and who presses the button again."""

    def __init__(self, seed, **pace):
        super().__init__(seed, **pace)
        self.strikes, self.blows = 0, self.chance("strikes")

    def run(self, sweep):
        if self.blows.random() < 0.06:
            self._die(lambda: sweep(self.at), at_statement=self.blows.randint(4, 40), before_commit=False)
        sweep(self.at)

    def act(self, action, *args, **facts):
        if self.blows.random() < 0.06:
            self._die(lambda: action(*args, **facts), at_statement=self.blows.randint(4, 14), before_commit=True)
        return action(*args, **facts)

    def _die(self, work, *, at_statement, before_commit):
        """Do `work` in a process of its own that is killed on the way."""
        connections.close_all()
        child = os.fork()
        if child == 0:
            _until_killed(work, at_statement, before_commit)
        _, status = os.waitpid(child, 0)
        self.strikes += os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _until_killed(work, at_statement, before_commit):
    """In the child: SIGKILL at the how manieth statement, for a move at the latest in the place of its first commit."""
    left = [at_statement]

    def counted(execute, sql, params, many, context):
        left[0] -= 1
        if left[0] <= 0 and connection.in_atomic_block:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)

    connection.execute_wrappers.append(counted)
    if before_commit:
        connection.commit = lambda: os.kill(os.getpid(), signal.SIGKILL)
    try:
        work()
    finally:
        os._exit(0)


class Shuffled(Rounds):
    """Those who act at the same instant come in an order drawn by lot, and so do the rows they leave."""

    def __init__(self, seed, **pace):
        super().__init__(seed, **pace)
        self.lots = self.chance("lots")

    def rank(self):
        return self.lots.random(), super().rank()


class Crowded(Rounds):
    """Four workers run each sweep at the same time; then one more, alone, does what each of them left to another."""

    WORKERS = 4

    def __init__(self, seed, **pace):
        super().__init__(seed, **pace)
        connections.close_all()
        context, self.pipes = get_context("fork"), []
        for _ in range(self.WORKERS):
            ours, theirs = context.Pipe()
            context.Process(target=_serve, args=(theirs,), daemon=True).start()
            self.pipes.append(ours)

    def run(self, sweep):
        for pipe in self.pipes:
            pipe.send((sweep, self.at))
        failed = [error for error in (pipe.recv() for pipe in self.pipes) if error]
        assert not failed, failed
        sweep(self.at)

    def dismiss(self):
        """The workers go home."""
        for pipe in self.pipes:
            pipe.send(None)


def _serve(pipe):
    while (asked := pipe.recv()) is not None:
        sweep, at = asked
        try:
            sweep(at)
            pipe.send("")
        except Exception as error:
            pipe.send(f"{sweep.__name__}: {error!r}")
    os._exit(0)
