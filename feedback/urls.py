"""Addresses of the survey and of the callers' desk."""

from django.urls import path

from feedback import api, views
from feedback.public import views as public
from feedback.ratings import views as ratings

app_name = "feedback"
urlpatterns = [
    path("r/<str:receipt>/survey/", views.survey_by_receipt, name="survey"),
    path("r/<str:receipt>/reopen/", views.reopen, name="reopen"),
    path("s/<str:token>/", views.survey_by_token, name="survey_by_token"),
    path("pj/<str:token>/", ratings.by_card, name="rate"),
    path("q/<str:token>/visits/", ratings.at_door, name="visits_at_door"),
    path("q/<str:token>/visits/<int:pk>/", ratings.by_door, name="rate_by_door"),
    path("board/<slug:community>/", public.board, name="board"),
    path("wishes/<slug:community>/", public.wishes, name="wishes"),
    path("board/photos/<str:name>.jpg", public.photo, name="board_photo"),
    path("api/v1/sms/replies/", api.sms_reply, name="sms_reply"),
    path("desk/callbacks/", views.callbacks, name="callbacks"),
    path("desk/callbacks/<int:pk>/", views.callback, name="callback"),
    path("desk/callbacks/<int:pk>/attempt/", views.attempt, name="attempt"),
    path("desk/callbacks/<int:pk>/officer/", views.officer, name="officer"),
    path("desk/callbacks/<int:pk>/voice/", views.voice, name="voice"),
    path("desk/callbacks/<int:pk>/phone/", views.phone, name="phone"),
]
