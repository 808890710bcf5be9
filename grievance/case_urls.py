"""事项接口的地址."""

from django.urls import path

from grievance import case_api

urlpatterns = [
    path("api/v1/cases/", case_api.Cases.as_view(), name="api-cases"),
    path("api/v1/cases/<str:number>/", case_api.OneCase.as_view(), name="api-case"),
    # One address for each move of ours: 派单 stands among them, and is answered by the app above
    *[path(f"api/v1/cases/<str:number>/moves/{name}/", case_api.CaseMove.as_view(), {"move": name}) for name in case_api.MOVES],
]
