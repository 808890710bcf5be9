"""办公桌上的页面: triage, cases, attachments."""

from django.urls import path

from desk import (
    attachments,
    backlog,
    board,
    behalf,
    case,
    clocks,
    confidential,
    erasures,
    hall,
    letters,
    papers,
    receptions,
    register,
    replan,
    supervisions,
    triage,
    visits,
)

app_name = "desk"
urlpatterns = [
    path("desk/triage/", triage.triage, name="triage"),
    path("desk/triage/<str:number>/", triage.move, name="triage_move"),
    path("desk/cases/", register.cases, name="cases"),
    path("desk/cases/<str:number>/", case.case_page, name="case"),
    path("desk/cases/<str:number>/clocks/", clocks.clocks, name="clocks"),
    path("desk/cases/<str:number>/contact/<str:grievance>/", case.contact, name="contact"),
    path("desk/letters/", letters.register, name="letters"),
    path("desk/papers/<int:pk>/", papers.view, name="paper"),
    path("desk/papers/<int:pk>.docx", papers.docx, name="paper_docx"),
    path("desk/papers/<int:pk>.pdf", papers.as_pdf, name="paper_pdf"),
    path("desk/papers/<slug:kind>/<int:pk>/", papers.view, name="sheet"),
    path("desk/papers/<slug:kind>/<int:pk>.docx", papers.docx, name="sheet_docx"),
    path("desk/papers/<slug:kind>/<int:pk>.pdf", papers.as_pdf, name="sheet_pdf"),
    path("desk/confidential/", confidential.inbox, name="confidential"),
    path("desk/confidential/<str:number>/", confidential.report, name="confidential_report"),
    path("desk/erasures/", erasures.erasures, name="erasures"),
    path("desk/board/", board.register, name="board"),
    path("desk/visits/", visits.register, name="visits"),
    path("desk/hall/", hall.hall, name="hall"),
    path("desk/replan/", replan.replan, name="replan"),
    path("desk/supervisions/", supervisions.register, name="supervisions"),
    path("desk/behalf/", behalf.at_desk, name="behalf"),
    path("desk/backlog/", backlog.backlog, name="backlog"),
    path("desk/receptions/", receptions.days, name="receptions"),
    path("desk/receptions/<int:pk>/cancel/", receptions.call_off, name="call_off"),
    path("desk/attachments/<int:pk>/", attachments.attachment, name="attachment"),
]
