"""版式: the tables of the sheets, as rows of (label, field). Templates and print page are both made from them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sheet:
    """一张表单: title, rows of one or two pairs, fields in a tall cell, the note below, the field that names whose seal."""

    title: str
    rows: tuple
    tall: tuple = ()
    foot: str = ""
    seal: str = ""


def _two(label, field, second, other):
    return ((label, field), (second, other))


def _one(label, field):
    return ((label, field),)


@dataclass(frozen=True)
class Text:
    """一份文书: title, blocks of (heading, field), places to sign, and the words that stand at its end."""

    title: str
    blocks: tuple
    signs: tuple = ()
    foot: str = ""


CASE = (
    _two("事项编号", "case_number", "类别", "category"),
    _one("标题", "matter"),
    _one("地点", "place"),
)
SHEETS = {
    "order": Sheet("派工单", (
        _two("工单编号", "order_number", "紧急程度", "urgency"),
        _two("来源渠道", "source", "受理时间", "submitted"),
        *CASE,
        _one("诉求人", "who"),
        _one("诉求内容", "content"),
        _two("承办单位", "handler", "主办/协办", "role"),
        _two("签收时限", "accept_due", "首联时限", "contact_due"),
        _two("办结时限", "due", "时限等级", "limit_class"),
        _one("派单依据", "basis"),
        _one("办理要求", "demand"),
        _two("派单人", "dispatcher", "派单时间", "dispatched"),
        _two("签收人", "accepted_by", "签收时间", "accepted"),
    ), tall=("content", "demand"), foot="时间均为北京时间。时限自派单起算，签收早晚不影响办结时限。", seal="organ"),
    "extension": Sheet("延期审批单", (
        _two("工单编号", "order_number", "承办单位", "handler"),
        *CASE,
        _two("原办结时限", "old_due", "申请延长", "days"),
        _two("延至", "new_due", "时限等级", "limit_class"),
        _one("理由与依据", "reason"),
        _one("已采取措施", "done"),
        _two("申请人", "asked_by", "申请时间", "asked"),
        _one("审批意见", "opinion"),
        _two("审批人", "decided_by", "审批时间", "decided"),
        _one("告知诉求人", "told"),
    ), tall=("reason", "done", "opinion"), foot="批准延期不抹去已经发生的超期。时间均为北京时间。"),
    "return": Sheet("退单审批单", (
        _two("工单编号", "order_number", "承办单位", "handler"),
        *CASE,
        _two("派单时间", "dispatched", "办结时限", "due"),
        _two("退单理由", "reason", "建议单位", "suggested"),
        _one("法律或清单依据", "basis"),
        _two("申请人", "asked_by", "申请时间", "asked"),
        _one("审核意见", "opinion"),
        _two("审核人", "decided_by", "审核时间", "decided"),
    ), tall=("basis", "opinion"), foot="审核期间办理时限照常计算。时间均为北京时间。"),
    "completion": Sheet("办结报告", (
        _two("工单编号", "order_number", "承办单位", "handler"),
        *CASE,
        _one("诉求内容", "content"),
        _two("派单时间", "dispatched", "签收时间", "accepted"),
        _two("首次联系", "contacted", "办结时限", "due"),
        _two("办结时间", "completed", "是否按期", "in_time"),
        _one("办理情况", "internal_record"),
        _one("公开答复", "public_answer"),
        _two("办结人", "completed_by", "办结审核", "review"),
    ), tall=("content", "internal_record", "public_answer"), seal="handler",
       foot="本报告报街道工作专班，回访由未参与办理的人员进行。时间均为北京时间。"),
    "chase": Sheet("催办通知书", (
        _two("工单编号", "order_number", "承办单位", "handler"),
        *CASE,
        _two("派单时间", "dispatched", "签收时间", "accepted"),
        _two("到期环节", "anchor", "时限", "anchor_due"),
        _one("催办事由", "reason"),
        _one("要求", "ask"),
        _two("催办时间", "fired", "联系电话", "phone"),
    ), tall=("reason", "ask"), foot="本通知由街道工作专班按规则自动发出，不编文号。时间均为北京时间。"),
    "whistle": Sheet("吹哨单", (
        _two("文号", "number", "类型", "kind"),
        *CASE,
        _one("事由", "reason"),
        _two("到场时间", "meet", "报到地点", "where"),
        _one("需报到单位", "units"),
        _one("报到签到", "arrivals"),
        _one("处置结果", "outcome"),
        _one("双方评价", "ratings"),
        _two("拟稿人", "drafted_by", "拟稿时间", "drafted"),
        _two("签发人", "signer", "签发时间", "signed"),
    ), tall=("reason", "arrivals", "outcome", "ratings"), seal="organ",
       foot="到场由街道现场人员当面确认，不采集位置。双方评价在了结之后各一次，不计分、不排名。时间均为北京时间。"),
    "urgent": Sheet("紧急信息报告单", (
        _two("文号", "number", "类型", "kind"),
        *CASE,
        _two("接报时间", "happened", "报送时限", "due"),
        _one("报告内容", "body"),
        _two("起草人", "drafted_by", "起草时间", "drafted"),
        _two("签发人", "signer", "签发时间", "signed"),
        _two("报送对象", "to", "报送时间", "sent"),
    ), tall=("body",), seal="organ", foot="紧急信息先电话报告，后报书面；情况变化及时续报，不瞒报、不缓报。时间均为北京时间。"),
    "record": Sheet("人民调解记录", (
        _two("调解单位", "unit", "调解员", "mediator"),
        *CASE,
        _two("开始时间", "opened", "结束时间", "ended"),
        _one("当事人", "parties"),
        _one("参加人", "helpers"),
        _one("调解记录", "record"),
        _one("调解结果", "result"),
        _one("当事人签名", "blank"),
        _one("调解员签名", "blank"),
        _one("记录人签名", "blank"),
    ), tall=("parties", "record", "result"), foot="调解自愿、免费。当事人阅读或者听读无误后签名。", seal="unit"),
}  # fmt: skip
"""表单 by the name under which the desk asks for them; field names are those of dispatch.papers.sheets."""
TEXTS = {
    "agreement": Text("人民调解协议书", (
        ("当事人基本情况", "parties"),
        ("纠纷主要事实、争议事项", "dispute"),
        ("经调解，自愿达成如下协议", "agreement"),
        ("履行方式、期限", "perform"),
    ), signs=("当事人（签名、盖章或按指印）", "当事人（签名、盖章或按指印）", "人民调解员（签名）", "记录人（签名）"),
       foot="本协议自各方当事人签名、盖章或者按指印，人民调解员签名并加盖人民调解委员会印章之日起生效，具有法律约束力，当事人应当按照约定履行。"
            "认为有必要的，双方可以自生效之日起三十日内共同向人民法院申请司法确认。"),
    "application": Text("人民调解申请书", (
        ("当事人基本情况", "parties"),
        ("纠纷简要情况", "dispute"),
        ("申请事项", "request"),
    ), signs=("申请人（签名、盖章或按指印）",),
       foot="人民调解委员会已将申请人民调解的相关规定告知我：调解自愿、免费，任何一方明确拒绝即不调解，也可以随时要求终止。现自愿申请人民调解。"),
    "advice": Text("法定途径告知单", (
        ("您反映的事项", "matter"),
        ("审查意见", "reason"),
        ("应走的途径", "path"),
    ), foot="本告知单只说明办理途径，不是对该事项的处理意见。对以上内容有疑问的，可以拨打下列电话或者到街道、社区窗口咨询。"),
}  # fmt: skip
"""文书 in running text, likewise (人民调解法 art. 28–31; 信访工作条例 art. 19, 23)."""
