"""工单接口的地址, and the one page for bodies without an account."""

from django.urls import path

from dispatch import api, outlook_api, views

urlpatterns = [
    path("q/<str:token>/outlook/", outlook_api.look, name="outlook"),
    path("r/<str:receipt>/reception/", views.visit_leader, name="visit-leader"),
    path("o/<str:token>/", views.outside_order, name="outside"),
    path("o/<str:token>/photos/<int:pk>/", views.outside_photo, name="outside-photo"),
    path("api/v1/orders/", api.Orders.as_view(), name="api-orders"),
    path("api/v1/orders/<str:number>/", api.Order.as_view(), name="api-order"),
    path("api/v1/orders/<str:number>/clocks/", api.OrderClocks.as_view(), name="api-order-clocks"),
    path("api/v1/orders/<str:number>/moves/<slug:move>/", api.OrderMove.as_view(), name="api-order-move"),
    # 派单 is the work's, though its address stands among the case's moves
    path("api/v1/cases/<str:number>/moves/dispatch/", api.Dispatch.as_view(), name="api-case-dispatch"),
]
