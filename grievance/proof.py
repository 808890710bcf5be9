"""安静的工作量证明: a phone spends a second's work while one writes, so that a flood costs its sender and a person nothing.

No picture has to be read, nothing is asked, nobody is told apart (proposal; domain §6: an alternative to picture captchas)."""

from hashlib import sha256

from django.core.signing import BadSignature, Signer

BITS = 14
"""About 16,000 hashes: a second on a cheap phone, a day for a hundred thousand reports."""
VALID = 24 * 3600
"""Seconds: a draft may lie overnight."""
SIGNER = Signer(salt="shuoshi:proof", sep=".")


def challenge(key, at):
    """题目: bound to the form's own submission key and to its time, so that one answer serves one report."""
    return SIGNER.sign(f"{key}.{int(at.timestamp())}")


def holds(asked, answer, key, at):
    """成立: whether `answer` solves what was `asked` for this very key, within its time."""
    try:
        of, _, since = SIGNER.unsign(asked).rpartition(".")
    except BadSignature:
        return False
    if of != key or not 0 <= at.timestamp() - int(since) <= VALID or not 0 < len(answer) <= 20:
        return False
    found = sha256(f"{asked}:{answer}".encode()).digest()
    return int.from_bytes(found[:4]) >> (32 - BITS) == 0
