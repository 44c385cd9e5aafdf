"""The pages of one's own account. Signing in and what belongs to it is allauth's, under /accounts/."""

from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("account/", views.profile, name="profile"),
    path("account/save", views.profile_save, name="profile_save"),
    path("account/verification", views.verification_send, name="verification_send"),
    path("account/sign-out-everywhere", views.sign_out_everywhere_else, name="sign_out_everywhere"),
]
