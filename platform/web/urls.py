"""The shell's own addresses."""

from django.urls import path

from web import views

app_name = "web"

urlpatterns = [
    path("preferences/", views.preferences_update, name="preferences_update"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("_gallery", views.component_gallery, name="component_gallery"),
]
