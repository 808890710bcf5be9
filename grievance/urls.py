"""Addresses of residents, of the public intake, and of the codes."""

from django.urls import include, path

from grievance import api
from grievance.views import (
    board_consent,
    code_check,
    code_sheets,
    code_wizard,
    codes,
    find,
    follow,
    home,
    mine,
    near,
    neighbours,
    reading,
    receipt_code,
    report,
    rights,
    uploads,
    verify,
)

app_name = "grievance"
urlpatterns = [
    path("api/v1/q/<str:token>/grievances/", api.submit, name="submit"),
    path("", home.home, name="home"),
    path("c/<slug:code>/", home.places, name="places"),
    path("q/<str:token>/", report.report, name="report"),
    path("q/<str:token>/uploads/", uploads.uploads, name="uploads"),
    path("q/<str:token>/join/", neighbours.join, name="join"),
    path("q/<str:token>/call/", neighbours.call, name="call_me"),
    path("near/", near.near, name="near"),
    path("r/<str:receipt>/", follow.follow, name="follow"),
    path("r/<str:receipt>/attachments/<int:pk>/", follow.attachment, name="attachment"),
    path("r/<str:receipt>/code.png", receipt_code.code, name="receipt_code"),
    path("r/<str:receipt>/board/", board_consent.consent, name="board_consent"),
    path("r/<str:receipt>/data/", rights.rights, name="rights"),
    path("r/<str:receipt>/data/copy/", rights.copy, name="rights_copy"),
    path("r/<str:receipt>/verify/", verify.verify, name="verify"),
    path("mine/", mine.mine, name="mine"),
    path("find/", find.find, name="find"),
    path("privacy/", home.privacy, name="privacy"),
    path("reading/", reading.choose, name="reading"),
    path("codes/", code_sheets.sheets, name="codes"),
    path("codes/register/", codes.register, name="code_register"),
    path("codes/issue/<slug:place>/", codes.issue, name="issue_code"),
    path("codes/<int:pk>/revoke/", codes.revoke, name="revoke_code"),
    path("codes/<int:pk>/replace/", codes.replace, name="replace_code"),
    path("codes/wizard/", code_wizard.wizard, name="code_wizard"),
    path("codes/wizard/confirm/", code_wizard.confirm, name="confirm_codes"),
    path("codes/wizard/template/", code_wizard.template, name="code_template"),
    path("codes/wording/<slug:street>/", code_sheets.wording, name="code_wording"),
    path("codes/check/", code_check.check, name="check_code"),
    path("", include("grievance.case_urls")),
]
