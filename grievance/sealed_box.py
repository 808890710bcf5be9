"""密封箱: sealed to a public key, so that this installation itself cannot read what it keeps (HPKE, RFC 9180)."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke, serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)


class NotTheKey(ValueError):
    """不是这把钥匙: the file is no key, the passphrase is wrong, or it opens something else."""


def new_pair(passphrase):
    """一对钥匙: (public half, private half as PEM locked by `passphrase`). The private half is given away, never kept."""
    private = X25519PrivateKey.generate()
    locked = serialization.BestAvailableEncryption(passphrase.encode())
    pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
    return private.public_key().public_bytes_raw(), pem


def unlock(pem, passphrase):
    """The private half for one request. NotTheKey where file and passphrase do not go together."""
    try:
        key = serialization.load_pem_private_key(pem, passphrase.encode())
    except (ValueError, TypeError) as error:
        raise NotTheKey from error
    if not isinstance(key, X25519PrivateKey):
        raise NotTheKey
    return key


def put_in(public, content, purpose):
    """密封: `content` (bytes) for whoever holds the private half of `public`, bound to its `purpose`."""
    return SUITE.encrypt(content, X25519PublicKey.from_public_bytes(bytes(public)), purpose.encode())


def take_out(private, sealed, purpose):
    """启封. NotTheKey where this key does not open it."""
    try:
        return SUITE.decrypt(bytes(sealed), private, purpose.encode())
    except (InvalidTag, ValueError) as error:
        raise NotTheKey from error
