"""What lies on a desk only now and then: a report, a second question, a sealed letter, a shift that is over. For the walk of
every page of staff; made by the product's own actions, one of each."""

from datetime import date, timedelta

from django.utils import timezone

from dispatch.actions import handling, policies, shifts
from dispatch.models import Shift, WorkOrder
from feedback import sweeps
from feedback.actions import callback, recheck, reports, service_visits, topics, visiting
from feedback.models import Callback, FigureRule, ListedItem, Recheck, UnitNetwork, WarningRule
from grievance.actions import intake
from grievance.casework import RESIDENT
from grievance.models import ClassifierVersion, PublicPage
from street.scope import stand


def lay(scene, width):
    """One of each, their keys in `scene.made`."""
    asked_about(scene)
    settings(scene)
    papers(scene)
    together(scene, width)
    came_to_a_door(scene)
    over(scene)


def asked_about(scene):
    """复核回访、上门回访: two matters that are done, one of them answered."""
    for name, words in (("recheck", "路灯修好了又灭"), ("visiting", "院墙的砖松了已经补上")):
        order = scene.taken_on(name, 0, words)
        handling.complete(order, public_answer="已修好。", by=scene.who("luxi_banli"), at=scene.at)
        handling.review(WorkOrder.objects.get(pk=order.pk), passed=True, by=scene.who("zhibanzhang"), at=scene.at)
    sweeps.open_callbacks(at=scene.at)
    answered, waiting = (Callback.objects.get(case__number=scene.made[f"{name}-0"]) for name in ("recheck", "visiting"))
    content = {"replied": True, "resolved": "yes", "satisfaction": "yes"}
    callback.record(answered, **content, way=Callback.Way.SURVEY, by=RESIDENT, at=scene.at)
    FigureRule.objects.create(starts=timezone.localdate(scene.at), recheck_share=1)
    recheck.draw(at=timezone.now())
    caller = scene.who("huifang1")
    stand(caller, scene.at)
    visiting.send(waiting, unit=scene.units["qms-sifasuo"], by=caller, at=scene.at)
    scene.made |= {"recheck-pk": Recheck.objects.get(callback=answered).pk, "visiting-pk": waiting.pk}


def settings(scene):
    """单位网络、分类模型版本、对外公开、预警口径."""
    street, day = scene.units["qms"], timezone.localdate(scene.at)
    UnitNetwork.objects.create(unit=scene.units["qms-luxi"], network="203.0.113.0/28")
    ClassifierVersion.objects.create(street=street, number=1, status="refused", why="没有比在用的好", made_at=scene.at)
    PublicPage.objects.get_or_create(community=scene.units["qms-luxi"])
    WarningRule.objects.create(street=street, starts=day)
    FigureRule.objects.create(street=street, starts=date(2099, 1, 1))


def papers(scene):
    """报告、政策草稿、密封件."""
    yesterday = timezone.localdate(scene.at) - timedelta(days=1)
    report = reports.draft(scene.units["qms"], kind="day", day=yesterday, by=scene.who("duban"), at=scene.at)
    owner = scene.units["qms"] if policies.latest(scene.units["qms"], at=scene.at) else None
    policies.open_draft(owner, by=scene.who("zhibanzhang"), at=scene.at)
    sealed = intake.submit(scene.code, description="某社区副主任办低保收礼", key="roles-sealed", at=scene.at)
    scene.made |= {"report": report.pk, "sealed": sealed.number}


def together(scene, width):
    """类案."""
    numbers = [scene.made["recheck-0"], scene.made[f"handle-{width}"]]
    made = {"name": "楼上漏水", "numbers": numbers, "why": "说的是同一段水管"}
    scene.made["topic"] = topics.begin(scene.units["qms"], **made, by=scene.who("zhibanzhang"), at=scene.at).pk


def came_to_a_door(scene):
    """评价码."""
    day = timezone.localdate(scene.at)
    item = ListedItem.objects.create(unit=scene.units["qms-luxi"], name="消防通道检查", basis="消防法第二十八条", starts=day)
    facts = {"day": day, "result": "sound", "by": scene.who("luxi_banli"), "at": scene.at}
    visit, _ = service_visits.register(item, scene.code.place, **facts)
    service_visits.rate(visit, grade="poor", reasons=["unclear"], way="card", at=scene.at)
    scene.made["visit"] = visit.pk


def over(scene):
    """交过的班: yesterday's first shift, relieved by its second."""
    first, second = Shift.objects.filter(street=scene.units["qms"]).order_by("starts_at")[:2]
    for shift in (first, second):
        shifts.take(shift, by=scene.who("zhibanzhang"), at=shift.starts_at)
    scene.made["shift"] = first.pk
