"""一个区: further streets that are the sample street under other codes, through the same loaders as any street's file."""

import re
import tempfile
import tomllib
from pathlib import Path

from django.core.management import call_command

from config.first_start import POLICY, STREET

SAMPLE = "qms"
QUOTED = re.compile(r'"([a-z0-9_.-]+)"')


def clone(count, *, out=None):
    """再载入 `count` streets `s02`, `s03` … of the sample's district, each with its people, its codes and its policy."""
    with tempfile.TemporaryDirectory(prefix="shuoshi-district-") as folder:
        for number in range(2, count + 2):
            street, policy = files(number)
            for command, text in (("load_street", street), ("load_policy", policy)):
                file = Path(folder) / f"{command}-{number}.toml"
                file.write_text(text)
                call_command(command, file, verbosity=0, stdout=out)


def files(number):
    """街道文件和政策文件 of the how manieth street, as text."""
    blocks = re.split(r"\n(?=\[\[)", STREET.read_text())
    kept = [block for block in blocks if _belongs(block)]
    own = _own_codes(tomllib.loads("\n".join(kept)))
    return (_renamed("\n".join(kept), own, number), _renamed(POLICY.read_text(), own, number))


def _belongs(block):
    """Whether a block of the file speaks of the street itself, of what lies in it or of somebody who works there."""
    row = next(iter(tomllib.loads(block).get("organisation", [])), None)
    if row is not None:
        return row["code"] == SAMPLE or row.get("parent") == SAMPLE
    people = tomllib.loads(block).get("person", [])
    return any(_local(post["organisation"]) for person in people for post in person["postings"])


def _local(code):
    return code == SAMPLE or code.startswith((f"{SAMPLE}-", "pm-", "site-"))


def _own_codes(file):
    own = {person["username"] for person in file["person"]}
    for row in file["organisation"]:
        own |= {row["code"], *(one["code"] for name in ("grids", "places") for one in row.get(name, []))}
    return own


def _renamed(text, own, number):
    def other(match):
        return f'"s{number:02}-{match[1]}"' if match[1] in own else match[0]

    return QUOTED.sub(other, text).replace("骑马山", f"样例{number}").replace("沙骑街", f"沙{number}街")
