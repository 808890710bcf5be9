"""One of every paper, made through the actions, about a resident whose words try everything."""

from datetime import timedelta

from dispatch import sweeps
from dispatch.actions import extensions, handling, mediation, returns, supervision, urgent_reports, whistles
from dispatch.models import Checkpoint, Letter, Petition
from dispatch.papers import sheets
from dispatch.papers.letters import letter_facts
from dispatch.papers.urgent import urgent_facts
from dispatch.papers.whistle_sheet import whistle_facts
from grievance.actions import triage
from street.models import Role
from tests.dispatch.scene import TUESDAY, a_case, person

PHONE = "13800001111"
WORDS = f"我是刘先生，电话{PHONE}。车窗被冰柱砸碎，<b>找物业</b>赔偿 {{{{ 7*7 }}}} & 尽快"
NOW = TUESDAY + timedelta(hours=1)


def an_order(scene, *, assistants=(), to=None, description=WORDS):
    """A dispute that 路西 leads, unless another unit is named."""
    case = triage.admit(a_case(scene, description=description, phone=PHONE), by=scene.who("dispatcher"), at=TUESDAY)
    return handling.dispatch(
        case, to=to or scene.luxi, assistants=assistants, limit_class="U4", basis="职责清单：物业纠纷调解",
        by=scene.who("dispatcher"), at=TUESDAY, demand="当日到场，先行清除屋顶冰柱。",
    )  # fmt: skip


def a_letter(order, kind="supervise", **fields):
    """A draft to the order's unit unless another is named."""
    label = Letter.Kind(kind).label
    facts = {
        "kind": kind, "case": order.case, "order": order, "issuer": order.case.street, "to": order.handler, "drafted_at": NOW,
        "subject": f"关于{order.case.title}的{label}",
        "body": f"事项 {order.case.number}：办结已超期。\n请抓紧办理，并反馈办理情况。",
    }  # fmt: skip
    return Letter.objects.create(**facts | fields)


SIGNER = {"caution": "leader", "supervise": "street_leader", "listing": "district", "unlisting": "district"}


def signed(scene, letter, *, at=NOW):
    """Signed by somebody who may."""
    return supervision.sign(letter, by=scene.who(SIGNER.get(letter.kind, "secretary")), at=at)


def a_completed_order(scene):
    """路西 has accepted, contacted, extended and completed."""
    order = handling.accept(an_order(scene), by=scene.who("luxi"), at=NOW)
    handling.respond(order, note="已联系，次日上门。", by=scene.who("luxi"), at=NOW)
    handling.add_progress(order, text=f"已到场查看，联系人{PHONE}。", by=scene.who("luxi"), at=NOW)
    row = extensions.request(order, days=3, reason="等待鉴定结论（民法典第一千二百五十三条）", by=scene.who("luxi"), at=NOW)
    extensions.decide(row, agreed=True, opinion="情况属实。", by=scene.who("street_leader"), at=NOW)
    handling.complete(
        order,
        public_answer="物业公司已赔偿500元，冰柱已清除。",
        internal_record="三方到场，当场履行。",
        by=scene.who("luxi"),
        at=NOW,
    )
    order.refresh_from_db()
    return order


def an_agreement(scene, order):
    """A mediation that ended well."""
    row = mediation.open_mediation(
        order.case,
        unit=scene.luxi,
        parties="甲方：刘某某，居民\n乙方：某物业服务公司",
        helpers="王律师",
        willing="all",
        by=scene.who("luxi"),
        at=NOW,
    )
    return mediation.agree(
        row, agreement="一、乙方赔偿甲方500元。\n二、乙方当日清除冰柱。", perform_by=NOW.date(),
        record_text="双方到场，先行陈述。", by=scene.who("luxi"), at=NOW,
    )  # fmt: skip


def a_chase(scene, order):
    """The desk's own reminder, as the clock sends it once the order is late."""
    late = order.due_at + timedelta(minutes=1)
    while sweeps.fire_batch(at=late):
        pass
    return (
        Checkpoint.objects.filter(order=order, rung__measure="chase", fired_at__isnull=False).select_related("rung").latest("pk")
    )


def a_refusal(scene):
    """Asked to be returned, and refused."""
    order = handling.accept(an_order(scene, to=scene.xisheng), by=scene.who("xisheng"), at=NOW)
    row = returns.ask_return(
        order,
        reason="place",
        basis="《街道职责清单》第3条：属路西社区辖区",
        suggested=scene.luxi,
        by=scene.who("xisheng"),
        at=NOW,
    )
    return returns.decide_return(row, agreed=False, opinion="经核实在本社区。", by=scene.who("leader"), at=NOW)


def a_closed_whistle(scene):
    """The station came, the heat supplier did not; the street has said what it thinks of both."""
    call = {"matter": WORDS, "where": "3号楼东侧", "meet_at": NOW, "units": [scene.sifasuo, scene.heat], "kind": "emergency"}
    row = whistles.draft(an_order(scene).case, **call, by=scene.who("dispatcher"), at=NOW)
    whistles.sign(row, by=scene.who("street_leader"), at=NOW)
    whistles.arrive(row, units=[scene.sifasuo], by=scene.who("luxi"), at=NOW)
    whistles.mark_absent(row, unit=scene.heat, why="未说明", by=scene.who("luxi"), at=NOW)
    whistles.close(row, outcome="冰柱已清除", by=scene.who("supervisor"), at=NOW)
    whistles.rate_unit(row, unit=scene.heat, rating="poor", words="没有到场", by=scene.who("supervisor"), at=NOW)
    return whistles.rate_street(row, rating="good", by=scene.who("sifasuo"), at=NOW)


def a_petition_paper(scene, kind):
    """Signed by the head of the unit with the power."""
    order = an_order(scene)
    Petition.objects.create(
        case=order.case, number=f"XF-{kind}", kind=Petition.Kind.CLAIM, forwarded_by=scene.street.parent, received_at=TUESDAY,
        registered_by=scene.who("dispatcher"), registered_at=NOW,
    )  # fmt: skip
    letter = a_letter(order, kind, issuer=scene.luxi)
    return supervision.sign(letter, by=person(f"head-{kind}", Role.UNIT_HEAD, scene.luxi), at=NOW)


def every_paper(scene):
    """{name: (template, facts)} of every kind there is, the letters once for each form."""
    order = an_order(scene)
    made = {
        f"letter-{kind.value}": letter_facts(signed(scene, a_letter(order, kind.value)))
        for kind in Letter.Kind
        if "list" not in kind and "petition" not in kind
    }
    made |= {f"letter-{kind}": letter_facts(a_petition_paper(scene, kind)) for kind in ("petition_notice", "petition_opinion")}
    by_the_district = {"issuer": scene.street.parent}
    for kind in ("listing", "unlisting"):
        made[f"letter-{kind}"] = letter_facts(signed(scene, a_letter(order, kind, **by_the_district)))
    proposal = a_letter(order, "listing_proposal", to=scene.street.parent)
    made["letter-listing_proposal"] = letter_facts(signed(scene, proposal))
    made["letter-to-station"] = letter_facts(signed(scene, a_letter(order, to=scene.sifasuo)))
    made["letter-to-company"] = letter_facts(signed(scene, a_letter(order, to=scene.company)))
    made["draft"] = letter_facts(a_letter(order, "caution"))
    papers = {name: (facts["template"], facts) for name, facts in made.items()}
    return papers | {name: (name, facts) for name, facts in _sheets(scene).items()}


def _sheets(scene):
    done = a_completed_order(scene)
    agreed = an_agreement(scene, an_order(scene))
    declined = triage.decline(a_case(scene), reason="该纠纷已由人民法院受理", path="court", by=scene.who("dispatcher"), at=NOW)
    return {
        "order": sheets.order_facts(done), "completion": sheets.completion_facts(done),
        "extension": sheets.extension_facts(done.extensions.get()), "return": sheets.return_facts(a_refusal(scene)),
        "chase": sheets.chase_facts(a_chase(scene, an_order(scene))), "record": sheets.record_facts(agreed),
        "agreement": sheets.agreement_facts(agreed), "application": sheets.application_facts(agreed),
        "advice": sheets.advice_facts(declined), "whistle": whistle_facts(a_closed_whistle(scene)),
        "urgent": urgent_facts(urgent_reports.open_report(a_case(scene), by=scene.who("leader"), at=NOW)),
    }  # fmt: skip
