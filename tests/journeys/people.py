"""Residents and staff as they come to the product: by a code on the wall, a receipt, or a signed-in page."""

import json
import re

from django.conf import settings
from django.test import Client

from dispatch.models import WorkOrder
from feedback.models import Callback
from grievance import tasks
from grievance.models import Case, Grievance, QRCode
from street.models import User
from tests.journeys.pages import Page

PASSWORD = "correct horse 电池"
SIGN_IN = ("/admin/login/", "/phone/login/")
RECEIPT = re.compile(r"/r/([\w-]{22})/")


class Resident:
    """Someone with a phone in front of a code on the wall; no account, no cookie."""

    def __init__(self, place):
        code = QRCode.objects.live().get(place__code=place)
        self.client = Client(enforce_csrf_checks=True)
        self.form = Page(self.client, self.client.get(f"/q/{code.token}/"))
        self.receipt = ""

    def says(self, text, **more):
        """扫码上报: fill in the page and send it; the page with the receipt follows."""
        page = self.form.press("发送", description=text, **more)
        assert page.status == 200, page.text
        self.receipt = RECEIPT.search(page.url)[1]
        if more.get("phone"):
            self.verifies()
        return page

    def verifies(self):
        """验证号码, in one step from the follow page: the code comes by text, and is typed back."""
        page = self.follow.press("发验证码")
        tasks.deliver()
        assert "已确认" in page.press("确认", code=last_code())

    @property
    def grievance(self):
        return Grievance.objects.with_receipt(self.receipt).select_related("case").get()

    @property
    def case(self):
        """The matter that one's grievance lies in by now."""
        return self.grievance.case

    @property
    def follow(self):
        """查询页 as it now is."""
        return Page(self.client, self.client.get(f"/r/{self.receipt}/"))

    @property
    def survey(self):
        """评价页 as it now is, reached from the follow page."""
        assert self.follow.leads_to(f"/r/{self.receipt}/survey/"), self.follow.text
        return Page(self.client, self.client.get(f"/r/{self.receipt}/survey/"))

    def rates(self, *, resolved="yes", satisfaction="yes", replied="yes", **more):
        """本人评价 on one's own page."""
        page = self.survey.press("提交评价", replied=replied, resolved=resolved, satisfaction=satisfaction, **more)
        assert page.status == 200, page.text
        return page


class Staff:
    """A member of staff by user name: signs in on the page when asked to, and works on pages."""

    def __init__(self, username):
        self.username = username
        self.client = Client(enforce_csrf_checks=True)
        user = User.objects.get(username=username)
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])

    def get(self, path):
        """A page; where it asks to sign in, that is done first."""
        page = Page(self.client, self.client.get(path, follow=True))
        return page.press("登录", username=self.username, password=PASSWORD) if page.path in SIGN_IN else page

    # --- at the desk ---

    def triage(self, case):
        """研判台 with this case open."""
        return self.get(f"/desk/triage/?case={case.number}")

    def sends_urgent(self, case, **typed):
        """特急派单: what was typed, and the figure that the page asks to be read first."""
        page = self.triage(case)
        return done(page.make(case, "send", figure=re.search(r"输入核对数 (\d\d)", page.text)[1], **typed))

    def desk(self, case):
        """事项页."""
        return self.get(f"/desk/cases/{case.number}/")

    def passes(self, case):
        """办结审核: everything of the case that waits for it."""
        for order in case.orders.filter(status=WorkOrder.Status.COMPLETED):
            done(self.desk(case).make(order, "review_pass", opinion="情况属实"))

    # --- on the phone ---

    def order(self, order):
        """工单 on the phone."""
        return self.get(f"/phone/orders/{order.number}/")

    def works(self, order, move, on=None, **typed):
        """One move on the page of an order: of the order itself, or of what else stands there."""
        return done(self.order(order).make(on or order, move, **typed))

    def decides(self, case, move, on, **typed):
        """One move on the secretary's phone."""
        return done(self.matter(case).make(on, move, **typed))

    def begins(self, order):
        """签收 and 首次联系; the order is found on the list."""
        listed = self.get("/phone/orders/")
        assert listed.leads_to(f"/phone/orders/{order.number}/"), f"{order.number} is not on the list of {self.username}"
        self.works(order, "accept")
        self.works(order, "respond", note="电话联系，核实情况。")

    def completes(self, order, answer, record=""):
        """办结."""
        self.works(order, "complete", public_answer=answer, internal_record=record)

    def matter(self, case):
        """事项 on the secretary's phone, reached from what waits there."""
        path = f"/phone/secretary/{case.number}/"
        assert self.get("/phone/secretary/").leads_to(path), f"{case.number} does not wait for {self.username}"
        return self.get(path)

    # --- ringing ---

    def callback(self, grievance):
        """回访单, reached from the list of those to ring."""
        row = Callback.objects.get(grievance=grievance, status=Callback.Status.OPEN)
        path = f"/desk/callbacks/{row.pk}/"
        assert self.get("/desk/callbacks/").leads_to(path), f"{grievance} is not on the list of {self.username}"
        return self.get(path)

    def hears(self, grievance, *, way="phone", replied="yes", resolved="yes", satisfaction="yes", **more):
        """电话回访: the number is read, the person answers."""
        assert tel(self.callback(grievance).press("显示完整电话"))
        page = self.callback(grievance).press(
            "登记评价", way=way, replied=replied, resolved=resolved, satisfaction=satisfaction, **more
        )
        return done(page)

    def rings_in_vain(self, grievance, result="无人接听"):
        """登记拨打."""
        return done(self.callback(grievance).press(result))

    # --- by program ---

    def api(self, path, data=None):
        """The JSON interface with the session of the pages; (status, answer)."""
        self.get("/admin/")
        if data is None:
            answer = self.client.get(f"/api/v1/{path}")
        else:
            token = self.client.cookies["csrftoken"].value
            body = json.dumps(data)
            answer = self.client.post(f"/api/v1/{path}", body, content_type="application/json", headers={"X-CSRFToken": token})
        return answer.status_code, answer.json()


def last_code():
    """The digits in the last text with a code that left the house."""
    lines = (settings.DATA_DIR / "outbox.log").read_text().splitlines()
    texts = [json.loads(line)["text"] for line in lines if '"kind": "code"' in line]
    return re.search(r"验证码 (\d{6})", texts[-1])[1]


def done(page):
    """The page that follows a move that was made."""
    assert page.status == 200, f"{page.path}: {page.text}"
    return page


def tel(page):
    """The number that a page offers to ring, once it was asked for."""
    return next((link.removeprefix("tel:") for link in page.links if link.startswith("tel:")), "")


def lead(case):
    """主办工单 now open."""
    return case.orders.open().select_related("handler").get(lead=True)


def order_of(case, unit):
    """The latest order of a unit."""
    return case.orders.select_related("handler").filter(handler__code=unit).latest("pk")


def fresh(case):
    """The case as it now stands."""
    return Case.objects.get(pk=case.pk)


def units(orders):
    """Codes of the units that hold these orders."""
    return {order.handler.code for order in orders.select_related("handler")}
