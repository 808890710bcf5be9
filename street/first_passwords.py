"""首次密码: generated, shown once, and good for nothing but choosing one's own."""

import secrets
from concurrent.futures import ThreadPoolExecutor

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from street.models import User

# Without letters and digits that are mistaken for one another when read from paper
ALPHABET = "abcdefghjkmnpqrstuvwxyzACDEFGHJKLMNPQRTUVWXY34679"
LENGTH = 14
MOST = 500
"""So many at a time: hashing them takes some two seconds, in which the others wait to write."""


def give(people):
    """发首次密码: [(person, password)] of people without one; each has to change it at the first sign-in. One write for all."""
    given = [(person, "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))) for person in people]
    with ThreadPoolExecutor() as pool:
        for (person, _), encoded in zip(given, pool.map(encode, [password for _, password in given]), strict=True):
            person.password, person.must_change = encoded, True
    User.objects.bulk_update([person for person, _ in given], ["password", "must_change"], batch_size=200)
    return given


def encode(password):
    """The hash of a generated password."""
    # 78 random bits need no slow hash; Django raises the iterations to its default when the person first signs in
    hasher = PBKDF2PasswordHasher()
    return hasher.encode(password, hasher.salt(), iterations=20_000)
