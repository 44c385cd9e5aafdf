from django.urls import path

from assistants.turns import api

urlpatterns = [path("turns/<str:turn_id>", api.TurnDetail.as_view())]
