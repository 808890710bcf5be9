"""办公桌上的页面: triage, cases, attachments."""

from django.urls import path

from desk import attachments, case, register, triage

app_name = "desk"
urlpatterns = [
    path("desk/triage/", triage.triage, name="triage"),
    path("desk/triage/<str:number>/", triage.move, name="triage_move"),
    path("desk/cases/", register.cases, name="cases"),
    path("desk/cases/<str:number>/", case.case_page, name="case"),
    path("desk/cases/<str:number>/contact/<str:grievance>/", case.contact, name="contact"),
    path("desk/attachments/<int:pk>/", attachments.attachment, name="attachment"),
]
