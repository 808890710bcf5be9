"""会话: as Django keeps it in the database, and it knows when it ends."""

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    """会话 of one browser."""

    ends = None
    """到期时间 as it was read; None for a new one."""

    def _get_session_from_db(self):
        row = super()._get_session_from_db()
        self.ends = row.expire_date if row else None
        return row
