"""The history is append-only, and it is the database that says so."""

import pytest
from django.db import DatabaseError, connection, transaction

from grievance.models import Event
from tests.builders import a_grievance

pytestmark = pytest.mark.django_db

QUERIES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'grievance_event'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = 'grievance_event'::regclass AND NOT tgisinternal",
}


def test_both_triggers_are_there_after_the_last_migration():
    with connection.cursor() as cursor:
        cursor.execute(QUERIES[connection.vendor])
        assert sorted(name for (name,) in cursor.fetchall()) == ["grievance_event_no_delete", "grievance_event_no_update"]


def test_a_line_of_the_history_cannot_be_changed():
    a_grievance()
    with pytest.raises(DatabaseError, match="只能追加"), transaction.atomic():
        Event.objects.update(sentence="什么也没发生")
    assert not Event.objects.filter(sentence="什么也没发生").exists()


def test_a_line_of_the_history_cannot_be_deleted():
    a_grievance()
    with pytest.raises(DatabaseError, match="只能追加"), transaction.atomic():
        Event.objects.all()._raw_delete("default")
    assert Event.objects.count() == 1
