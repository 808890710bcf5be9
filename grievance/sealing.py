"""密封: personal data at rest (SM4-GCM, key versions), blind look-up, and secrets that the table does not hold.

PIPL art. 51 asks for encryption of personal data; 密码法 art. 8 and 27 for national algorithms where they are required,
so SM4 and SM3 are used throughout. Keys derive from SECRET_KEY unless SEALING_KEYS names them (newest first).
"""

import base64
import hmac
import os
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings
from django.db import models

NONCE, TAG = 12, 16


@lru_cache
def derived_key(purpose, secret):
    """A 256-bit key for one purpose from one secret; purposes never share keys."""
    return hmac.new(secret.encode(), f"shuoshi:{purpose}".encode(), sha256).digest()


def _secrets():
    return [*getattr(settings, "SEALING_KEYS", []), settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def seal(text):
    """Encrypt `text` with the newest key; the empty text stays empty."""
    if not text:
        return b""
    return closed(derived_key("seal", _secrets()[0])[:16], text.encode())


def unseal(sealed):
    """Decrypt what `seal` made with the newest key or an older one; InvalidTag where no key opens it."""
    sealed = bytes(sealed or b"")
    if not sealed:
        return ""
    for secret in _secrets():
        with suppress(InvalidTag):
            return opened(derived_key("seal", secret)[:16], sealed).decode()
    raise InvalidTag


def closed(key, *parts):
    """加密 (SM4-GCM) of the bytes `parts`, one after the other, under a key of 16 bytes."""
    nonce = os.urandom(NONCE)
    cipher = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    body = b"".join(cipher.update(part) for part in parts) + cipher.finalize()
    return nonce + cipher.tag + body


def opened(key, sealed):
    """解密 what `closed` made with the same key; InvalidTag where the key is another or a byte was changed."""
    nonce, tag, body = sealed[:NONCE], sealed[NONCE : NONCE + TAG], sealed[NONCE + TAG :]
    cipher = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
    return cipher.update(body) + cipher.finalize()


def blind_index(text):
    """盲索引: equal texts give equal marks, from which the text cannot be had without the key."""
    return hmac.new(derived_key("index", _secrets()[0]), text.encode(), sha256).hexdigest() if text else ""


def new_salt():
    """128 random bits from which a row's secret is derived."""
    return os.urandom(16)


def secret_for(purpose, salt):
    """The secret that belongs to `salt` (132 bits, 22 characters): derived, so that a retry gets it again."""
    digest = hmac.new(derived_key(purpose, settings.SECRET_KEY), bytes(salt), sha256).digest()
    return base64.urlsafe_b64encode(digest[:17]).decode()[:22]


def fingerprint(secret):
    """What the table holds of a secret: enough to find its row, not to open its page."""
    return sha256(secret.encode()).hexdigest()


class SealedTextField(models.BinaryField):
    """密封字段: text that is encrypted in the database and clear in Python."""

    def from_db_value(self, value, expression, connection):
        """Clear text from the stored bytes."""
        return unseal(value)

    def get_prep_value(self, value):
        """Stored bytes from clear text."""
        return seal(value) if isinstance(value, str) else value

    def to_python(self, value):
        """Clear text stays as it is."""
        return value if isinstance(value, str) else unseal(value)
