"""事项接口的地址."""

from django.urls import path

from grievance import case_api

urlpatterns = [
    path("api/v1/cases/", case_api.Cases.as_view(), name="api-cases"),
    path("api/v1/cases/<str:number>/", case_api.OneCase.as_view(), name="api-case"),
    path("api/v1/cases/<str:number>/moves/<slug:move>/", case_api.CaseMove.as_view(), name="api-case-move"),
]
