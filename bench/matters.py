"""同一件事快慢: what it costs to find the likely same matters of a new message among 1,000,000 cases.

    .venv/bin/python -m bench.matters [--cases 1000000] [--messages 200]

Four hundred estates; one of them has a hundred times as many matters as any other, and every tenth message comes from it. CPU is
that of this process and of the database together.
"""

import argparse
import os
from datetime import timedelta
from random import Random
from statistics import quantiles

from bench import machine
from bench.sweep import START

ESTATES = 400
EACH = 50
"""So many different messages of each estate; the others are copies of them at other times."""
TROUBLES = (
    "楼道灯不亮", "电梯停运没人修", "旁边的工地晚上施工太吵", "楼下饭店油烟往上窜", "下水道堵了污水外溢", "垃圾没人清运",
    "停车位被占用", "暖气不热室温只有十五度", "自来水发黄", "小区门口路面塌陷", "树枝压断电线", "有人在楼道里养狗",
)  # fmt: skip
MORE = (
    "已经三天了",
    "打了电话没人来",
    "老人孩子出行不便",
    "请尽快处理",
    "希望有人来看看",
    "昨天开始的",
    "晚上没法休息",
    "多次反映没有结果",
)
SIGNS = "锦绣碧水华安明月春江翠竹金桂银杏玉兰东风向阳朝霞"
TOGETHER = 10
"""The kernel counts in hundredths of a second: so many messages are measured together, one of them from the great estate."""
OF_SKETCH = "root_id, name_key, name_index, aspect_index, heading, pairs"


def said(random):
    """What a resident writes: a trouble, and two remarks."""
    building, trouble = random.randint(1, 40), random.choice(TROUBLES)
    return f"{building}号楼{trouble}。{random.choice(MORE)}，{random.choice(MORE)}。"


def estates(street, community):
    """Places to speak of."""
    from street.models import Place

    names = sorted({f"{a}{b}{c}园" for a in SIGNS for b in SIGNS for c in "东西南北"} - {""})
    kept = Random(1).sample(names, ESTATES)
    rows = [
        Place(code=f"estate-{turn}", kind="estate", name=name, community=community, street=street)
        for turn, name in enumerate(kept)
    ]
    return Place.objects.bulk_create(rows)


def load(cases):
    """So many cases with a sketch each, spread over half a year; statements and not rows, as far as may be."""
    from django.db import connection

    from grievance.models import Case, Sketch
    from tests.dispatch.scene import a_street

    scene = a_street()
    places, random = estates(scene.street, scene.luxi), Random(2)
    base = Case.objects.create(number="A0", street=scene.street, place=places[0], title="楼道灯不亮", submitted_at=START)
    samples = [_sample(base, place, said(random)) for place in places for _ in range(EACH)]
    with machine.loading(Case, Sketch), connection.cursor() as cursor:
        _copies(cursor, base, cases)
        Sketch.objects.bulk_create(samples[:1])
        cursor.execute(f"CREATE TEMP TABLE sample AS SELECT 0 AS turn, {OF_SKETCH} FROM grievance_sketch WHERE false")
        names = ", ".join(["%s"] * 7)
        cursor.executemany(f"INSERT INTO sample VALUES ({names})", [_row(turn, sample) for turn, sample in enumerate(samples)])
        Sketch.objects.all().delete()
        # Every fifth case is of the first estate
        cursor.execute(
            f"INSERT INTO grievance_sketch (case_id, street_id, at, {OF_SKETCH}) SELECT c.id, c.street_id, c.submitted_at, "
            "s.root_id, s.name_key, s.name_index, s.aspect_index, s.heading, s.pairs FROM grievance_case c JOIN sample s "
            f"ON s.turn = CASE WHEN c.id % 5 = 0 THEN c.id / 5 % {EACH} ELSE (c.id * 7919) % {ESTATES * EACH} END"
        )
    return scene, places


def _copies(cursor, base, cases):
    from grievance.models import Case

    columns = [field.column for field in Case._meta.local_concrete_fields if not field.primary_key]
    changed = {"number": "'A' || i", "submitted_at": f"t.submitted_at - i * interval '{180 * 86_400 / cases} s'"}
    values = ", ".join(changed.get(column, f"t.{column}") for column in columns)
    cursor.execute(
        f"INSERT INTO grievance_case ({', '.join(columns)}) SELECT {values} FROM grievance_case t, generate_series(1, %s) i "
        "WHERE t.id = %s",
        [cases, base.pk],
    )


def _sample(base, place, words):
    from grievance.classify.matters.sketches import sketch_of
    from grievance.models import Case, Grievance

    case = Case(pk=base.pk, street_id=base.street_id, place=place, title=words[:20], submitted_at=base.submitted_at)
    case._prefetched_objects_cache = {"grievances": [Grievance(pk=1, description=words)]}
    sketch = sketch_of(case)
    sketch.case = base
    return sketch


def _row(turn, sketch):
    from django.db import connection

    fields = {field.column: field for field in sketch._meta.local_concrete_fields}
    values = [getattr(sketch, fields[name.strip()].attname) for name in OF_SKETCH.split(",")]
    ready = [
        fields[name.strip()].get_db_prep_save(value, connection) for name, value in zip(OF_SKETCH.split(","), values, strict=True)
    ]
    return [turn, *ready]


def measure(scene, places, messages):
    """([CPU ms a message], how many had a likely one)."""
    from django.db import connection

    from grievance.classify import matters
    from street.scope import stand

    random, user, later = Random(3), scene.who("leader"), START + timedelta(hours=1)
    stand(user, START)
    server, spent, found = machine.database_server(), [], 0
    for _ in range(messages // TOGETHER):
        before = machine.processor_seconds(server, os.getpid())
        for turn in range(TOGETHER):
            place = random.choice(places) if turn else places[0]
            likely = matters.same_as(said(random), user=user, at=later, place=place, street=scene.street.pk)
            found += bool(likely)
        spent.append((machine.processor_seconds(server, os.getpid()) - before) * 1000 / TOGETHER)
    connection.close()
    return spent, found


def main():
    """Start a private PostgreSQL, load it, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--messages", type=int, default=200)
    options = parser.parse_args()
    with machine.postgres():
        machine.create("matters")
        scene, places = load(options.cases)
        measure(scene, places, 20)
        spent, found = measure(scene, places, options.messages)
        cuts = quantiles(spent, n=20)
        print(f"{options.cases:,} 件，{options.messages} 条：每条 CPU 平均 {sum(spent) / len(spent):.1f} ms，")
        print(f"每十条平均的最高二十分之一 {cuts[-1]:.1f} ms；{found} 条有可能的同一件。")
        print(machine.facts())


if __name__ == "__main__":
    main()
