"""暂存: files that come before the words do lie encrypted, and what opens them is not on this machine.

The key is made of our own secret and of the draft's, which the phone alone keeps and each of its requests carries: neither the
rows nor the folder nor both together open anything (docs/decisions/0016)."""

import hmac
import json
import secrets
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from grievance.sealing import closed, derived_key, opened

FOLDER = "waiting"


def put(draft, key, note, content):
    """放入: `content` (bytes) with its `note`; the name under which it lies, which says nothing."""
    head = json.dumps(note).encode()
    sealed = closed(_opener(draft, key), len(head).to_bytes(2, "big") + head, content)
    return default_storage.save(f"{FOLDER}/{secrets.token_hex(16)}", ContentFile(sealed))


def take(name, draft, key):
    """取出: (note, content). FileNotFoundError where it is gone, InvalidTag where these secrets do not open it."""
    with default_storage.open(name) as file:
        sealed = file.read()
    plain = opened(_opener(draft, key), sealed)
    end = 2 + int.from_bytes(plain[:2], "big")
    return json.loads(plain[2:end]), plain[end:]


def drop(names):
    """去除: the bytes of these, where they are still there."""
    for name in names:
        default_storage.delete(name)


def left_over(known, before):
    """无主文件: names older than `before` that no row knows, as a crash between file and row leaves them."""
    if not default_storage.exists(FOLDER):
        return []
    names = [f"{FOLDER}/{name}" for name in default_storage.listdir(FOLDER)[1]]
    return [name for name in names if name not in known and default_storage.get_modified_time(name) < before]


def _opener(draft, key):
    return hmac.new(derived_key("waiting", settings.SECRET_KEY), f"{draft}:{key}".encode(), sha256).digest()[:16]


__all__ = ["InvalidTag", "drop", "left_over", "put", "take"]
