"""手机页面的地址."""

from django.urls import path

from desk import behalf, figures, grid_cells, grid_rating, my_orders, phone, secretary, sent_later, visiting

urlpatterns = [
    path("phone/", phone.start, name="phone"),
    path("phone/login/", phone.SignIn.as_view(), name="phone-login"),
    path("phone/logout/", phone.SignOut.as_view(), name="phone-logout"),
    path("phone/worker.js", sent_later.worker, name="phone-worker"),
    path("phone/offline/", sent_later.offline, name="phone-offline"),
    path("phone/orders/", my_orders.orders, name="phone-orders"),
    path("phone/orders/<str:number>/", my_orders.order, name="phone-order"),
    path("phone/grid/", grid_cells.cells, name="phone-grid"),
    path("phone/grid/rate/", grid_rating.rate, name="phone-grid-rate"),
    path("phone/visiting/<int:pk>/", visiting.one, name="phone-visiting"),
    path("phone/secretary/", secretary.waiting, name="phone-secretary"),
    path("phone/secretary/<str:number>/", secretary.matter, name="phone-matter"),
    path("phone/behalf/", behalf.on_phone, name="phone-behalf"),
    path("desk/figures/", figures.page, name="figures"),
]
