"""评测: figures of the same-matter finder on a stream of messages with labelled matters. The labels are read only to count."""

import csv
import gzip
from collections import defaultdict
from datetime import datetime
from itertools import combinations
from time import process_time

from grievance.classify.matters.alike import SAME, compare, piece_of
from grievance.classify.matters.aspects import aspects_of
from grievance.classify.matters.clusters import blocks, clusters
from grievance.classify.matters.known import Known
from grievance.classify.matters.names import smooth, spot
from grievance.classify.matters.words import Rarity, pairs

MEMBER, LEFT_OUT = "member", "ambiguous"
DAY = 86_400
WORTH_KEEPING = 0.02
"""Pairs that score less are as good as nothing."""


def evaluate(stream, labels):
    """评测: {"pair_precision", "pair_recall", "pair_f1", "b3_f1", "decoys_joined", "hit_at_1", "hit_at_3", "ms_per_message"}.

    Pairs are counted among labelled messages of which one at least is a member; `decoys_joined` are pairs of a member with a
    decoy or near miss. A hit is a member that finds an earlier one of its matter first (or among three) in all before it.
    `ms_per_message` is CPU for reading a message and comparing it with its candidates."""
    rows = read_stream(stream)
    roles, left_out = read_labels(labels)
    began = process_time()
    scores = scores_of(rows)
    spent = process_time() - began
    groups = clusters(len(rows), scores, SAME)
    numbers = [row["msg_id"] for row in rows]
    group_of = {numbers[index]: group for group, indexes in enumerate(groups) for index in indexes}
    return {
        **pair_figures(group_of, roles),
        **hits(numbers, scores, roles, left_out),
        "ms_per_message": round(1000 * spent / len(rows), 2),
    }


def read_stream(path):
    """留言流: rows in the order of their time."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return sorted(csv.DictReader(file), key=lambda row: (row["time"], row["msg_id"]))


def read_labels(path):
    """标注: {msg_id: (matter, role)}, and the ids of what is ambiguous."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    roles = {row["msg_id"]: (row["matter"], row["role"]) for row in rows if row["role"] != LEFT_OUT}
    return roles, {row["msg_id"] for row in rows} - set(roles)


def scores_of(rows):
    """{(earlier, later): score} of a stream, by index; what is rare and which names there are is learnt from the same stream."""
    rarity, known = Rarity(), Known()
    for row in rows:
        title, body = smooth(row["topic"]), smooth(row["body"])
        rarity.learn(pairs(title + "。" + body), aspects_of(title + "。" + body))
        for name in spot(title).fine[:2] or spot(body).fine[:1]:
            known.add(name)
    pieces = [piece_of(row["topic"], row["body"], day=_day(row["time"]), known=known) for row in rows]
    found = ((pair, compare(pieces[pair[0]], pieces[pair[1]], rarity).score) for pair in blocks(pieces))
    return {pair: score for pair, score in found if score > WORTH_KEEPING}


def _day(text):
    return (datetime.fromisoformat(text) - datetime(1970, 1, 1)).total_seconds() / DAY  # noqa: DTZ001


def pair_figures(group_of, roles):
    """成对与逐条的查准查全, by the group each message was put into."""
    count = dict.fromkeys(("right", "wrong", "missed", "decoys"), 0)
    for one, two in combinations([name for name in roles if name in group_of], 2):
        members = sum(roles[name][1] == MEMBER for name in (one, two))
        if not members:
            continue
        same, together = roles[one] == roles[two], group_of[one] == group_of[two]
        count["right"] += same and together
        count["wrong"] += together and not same
        count["missed"] += same and not together
        count["decoys"] += together and members == 1
    precision = count["right"] / max(1, count["right"] + count["wrong"])
    recall = count["right"] / max(1, count["right"] + count["missed"])
    return {
        "pair_precision": round(precision, 4),
        "pair_recall": round(recall, 4),
        "pair_f1": round(_f1(precision, recall), 4),
        "b3_f1": round(_b3(group_of, roles), 4),
        "decoys_joined": count["decoys"],
    }


def _f1(precision, recall):
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _b3(group_of, roles):
    """B-cubed over the members; a decoy or near miss in a group makes it impurer."""
    beside, matters = defaultdict(set), defaultdict(set)
    for name, (matter, role) in roles.items():
        beside[group_of.get(name)].add(name)
        if role == MEMBER:
            matters[matter].add(name)
    members = [name for names in matters.values() for name in names if name in group_of]
    both = [(beside[group_of[name]], matters[roles[name][0]]) for name in members]
    precision = sum(len(group & matter) / len(group) for group, matter in both) / max(1, len(both))
    recall = sum(len(group & matter) / len(matter) for group, matter in both) / max(1, len(both))
    return _f1(precision, recall)


def hits(numbers, scores, roles, left_out):
    """命中: of the members that are not the first of their matter, how many find it first, and among the first three."""
    before = defaultdict(list)
    for (earlier, later), score in scores.items():
        if numbers[earlier] not in left_out:
            before[later].append((score, numbers[earlier]))
    begun, places = set(), []
    for index, name in enumerate(numbers):
        what = roles.get(name)
        if what is None or what[1] != MEMBER:
            continue
        if what in begun:
            top = [roles.get(other) == what for _, other in sorted(before[index], reverse=True)[:3]]
            places.append(top.index(True) if True in top else 9)
        begun.add(what)
    asked = max(1, len(places))
    return {f"hit_at_{most}": round(sum(place < most for place in places) / asked, 4) for most in (1, 3)}
