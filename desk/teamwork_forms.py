"""协同的表单: whistle, joint meeting, supporting order, visit."""

from django import forms
from django.db.models import Q

from desk.forms import ManyUnits, MoveForm, Units, instant, once, units_below, units_of, words
from dispatch.actions.whistles import CALLABLE
from dispatch.models import Visit, Whistle, WhistleUnit
from dispatch.teamwork import names
from grievance.casework import beijing
from street.models import Organisation, Place

FIRMS = (Organisation.Kind.COMPANY, Organisation.Kind.UTILITY)
COMING = [("", "请选择"), ("1", "能到"), ("0", "不能到")]


class Ticked(ManyUnits):
    """若干单位, few enough to be ticked one by one."""

    widget = forms.CheckboxSelectMultiple

    def offer(self, units):
        """The units that can be ticked."""
        self.units = {unit.code: unit for unit in units}
        self.choices = [(unit.code, str(unit)) for unit in units]


class DraftWhistle(MoveForm):
    """拟吹哨单: units that may be called at all; the place is the case's own until it is changed."""

    kind = forms.ChoiceField(label="情形", choices=[("", "请选择"), *Whistle.Kind.choices], required=False)
    matter = words("事由", rows=2, help_text="报到单位会看到，不写诉求人姓名和电话。")
    units = ManyUnits("需报到单位")
    where = forms.CharField(label="报到地点", max_length=120, required=False)
    meet_at = instant("到场时间（北京时间）")

    def prepare(self):
        self.fields["units"].offer([unit for unit in units_of(self.row) if unit.kind in CALLABLE])
        self.fields["where"].initial = self.row.place.full_name if self.row.place else ""


class SignWhistle(MoveForm):
    meet_at = instant("到场时间（北京时间，可改）")

    def prepare(self):
        self.fields["meet_at"].initial = self.row.meet_at


class Reply(MoveForm):
    """回复: whether one's unit comes."""

    coming = forms.TypedChoiceField(label="能否到场", choices=COMING, coerce=lambda value: value == "1", empty_value=None)
    words = forms.CharField(label="说明（不能到的写明原因）", max_length=200, required=False)


class Arrive(MoveForm):
    """确认到场: of those that have not come yet."""

    units = Ticked("已到场的单位")
    arrived_at = instant("到场时间（北京时间，不填为现在）")

    def prepare(self):
        self.fields["units"].offer(waited_for(self.row))


class MarkAbsent(MoveForm):
    unit = Units("未到的单位", required=True)
    why = words("未到原因", rows=2, help_text="不清楚的写“未说明”。")

    def prepare(self):
        self.fields["unit"].offer(waited_for(self.row))


def waited_for(whistle):
    """还没到场的单位."""
    return [unit.organisation for unit in whistle.units.all() if unit.arrived_at is None]


class RateStreet(MoveForm):
    rating = forms.ChoiceField(label="评价", choices=[("", "请选择"), *WhistleUnit.Rating.choices], required=False)
    words = forms.CharField(label="说明（评“差”的写明原因）", max_length=200, required=False)


class RateUnit(RateStreet):
    unit = Units("报到单位", required=True)
    field_order = ["unit"]

    def prepare(self):
        self.fields["unit"].offer([unit.organisation for unit in self.row.units.all() if not unit.rating_of_unit])


class CallMeeting(MoveForm):
    topic = forms.CharField(label="议题", max_length=120, required=False)
    units = ManyUnits("参会单位")
    where = forms.CharField(label="地点", max_length=120, required=False)
    meets_at = instant("时间（北京时间）")

    def prepare(self):
        self.fields["units"].offer(units_of(self.row))


class HoldMeeting(MoveForm):
    """记录会议: one field for what each unit at the table shall do, a line for each thing."""

    minutes = words("会议纪要", rows=4)
    attended = Ticked("到会单位")

    def prepare(self):
        invited = [unit.organisation for unit in self.row.units.all()]
        self.fields["attended"].offer(invited)
        handling = [order.handler for order in self.row.case.orders.all() if order.lead and order.status in order.OPEN]
        self.tasks = {f"task_{unit.pk}": unit for unit in dict.fromkeys([*handling, *invited])}
        for name, unit in self.tasks.items():
            self.fields[name] = words(f"议定由{unit}落实", rows=2, must=False, help_text="一行一件，没有的不填。")

    def clean(self):
        """What the action takes: the decisions are (unit, text) pairs."""
        said = self.cleaned_data
        pairs = [(unit, line.strip()) for name, unit in self.tasks.items() for line in said.get(name, "").splitlines()]
        kept = {name: said[name] for name in ("minutes", "attended") if name in said}
        return {**kept, "decisions": [(unit, text) for unit, text in pairs if text]}


class AskHelp(MoveForm):
    text = words("现在的情况，要谁来帮", help_text="街道工作专班马上看到，由它吹哨或加派协办。不写诉求人姓名和电话。")


class Support(MoveForm):
    to = Units("协办单位", required=True)
    demand = words("协办要求", rows=2)

    def prepare(self):
        busy = {order.handler_id for order in self.row.orders.all() if order.status in order.OPEN}
        self.fields["to"].offer([unit for unit in units_of(self.row) if unit.pk not in busy])


class PlanVisit(MoveForm):
    """安排上门 about a case: where others go to the same place anyway, one goes along or says why not."""

    unit = Units("上门单位", empty_label="本单位")
    starts_at = instant("上门时间（北京时间）")
    purpose = forms.CharField(label="目的", max_length=120, required=False)
    party = Units("走访的企业（可不填）", empty_label="无")
    join = forms.ChoiceField(label="已有的上门", required=False)
    apart_why = forms.CharField(label="单独上门的理由", max_length=200, required=False)

    def prepare(self):
        self.fields["unit"].offer(units_of(self.row))
        self.fields["party"].offer([unit for unit in units_of(self.row) if unit.kind in FIRMS])
        self.open = {str(row.pk): row for row in once(self.row, "visits", lambda: open_visits(self.row.place))}
        self.fields["join"].choices = [("", "不一起去"), *((key, f"一起去：{told(row)}") for key, row in self.open.items())]
        if not self.open:
            del self.fields["join"], self.fields["apart_why"]

    def clean_join(self):
        """The visit itself."""
        return self.open.get(self.cleaned_data["join"])


def open_visits(place):
    """待上门 to the place of a case or to a firm that serves it: when and which units, and nothing of why they go."""
    firms = {place.company_id, place.parent.company_id if place.parent else None} - {None}
    rows = Visit.objects.planned().filter(Q(place=place) | Q(party__in=firms), street=place.street_id)
    return rows.select_related("place").prefetch_related("units__organisation")


def told(visit):
    """一次上门 as a choice: when, and which units."""
    return f"{beijing(visit.starts_at)} {names(dict.fromkeys(unit.organisation for unit in visit.units.all()))}"


class JoinVisit(MoveForm):
    """一起去: `unit` may be left to one's own."""

    unit = Units("一起去的单位", empty_label="本单位")
    purpose = forms.CharField(label="目的", max_length=120, required=False)

    def prepare(self):
        self.fields["unit"].offer(once(self.row.street, "units", lambda: units_below(self.row.street)))


class MakeVisit(MoveForm):
    record_text = words("上门记录", help_text="看到什么、说定什么；不写他人姓名和电话。")


class MergeVisits(MoveForm):
    """合并上门: into one of those to the same door, which the page has put on the row as `near`."""

    into = forms.ChoiceField(label="并入哪一次上门")

    def prepare(self):
        self.others = {str(row.pk): row for row in getattr(self.row, "near", [])}
        self.fields["into"].choices = [("", "请选择"), *((key, told(row)) for key, row in self.others.items())]

    def clean_into(self):
        """The visit itself."""
        return self.others[self.cleaned_data["into"]]


class NewVisit(MoveForm):
    """安排上门 from the register: the place is named by its code or its name. `row` is the street."""

    where = forms.CharField(label="地点（点位代码或名称）", max_length=80)
    unit = Units("上门单位", required=True)
    starts_at = instant("上门时间（北京时间）")
    purpose = forms.CharField(label="目的", max_length=120, required=False)
    party = Units("走访的企业（可不填）", empty_label="无")
    apart_why = forms.CharField(label="单独上门的理由（已有人去同一地点时填）", max_length=200, required=False)

    def prepare(self):
        units = once(self.row, "units", lambda: units_below(self.row))
        self.fields["unit"].offer(units)
        self.fields["party"].offer([unit for unit in units if unit.kind in FIRMS])

    def clean_where(self):
        """The place itself: by its code, else the only one of the street with that name in it."""
        said = self.cleaned_data["where"].strip()
        places = Place.objects.filter(street=self.row).select_related("parent__parent", "community", "street")
        found = list(places.filter(code=said)[:1]) or list(places.filter(name__icontains=said)[:MOST])
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError("没有找到这个地点，请写点位代码或名称的一部分。")
        raise forms.ValidationError(f"有多个地点符合，请写代码：{'、'.join(f'{row.full_name}（{row.code}）' for row in found)}")

    def clean(self):
        """What the action takes."""
        said = dict(self.cleaned_data)
        if "where" in said:
            said["place"] = said.pop("where")
        return said


MOST = 5
"""So many places are named where a name fits several."""
