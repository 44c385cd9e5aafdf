"""The pages of one's own account. Signing in and what belongs to it is allauth's, under /accounts/."""

from django.contrib.auth.decorators import login_required
from django.urls import path
from django.views.generic import RedirectView

from accounts.views import profile, security

app_name = "accounts"

urlpatterns = [
    path("account/", profile.profile, name="profile"),
    path("account/save", profile.profile_save, name="profile_save"),
    path("account/verification", profile.verification_send, name="verification_send"),
    path("account/security", security.security, name="security"),
    path("account/security/app.svg", security.app_picture, name="app_picture"),
    path("account/security/sessions/<int:session_id>/end", security.session_end, name="session_end"),
    path("account/sign-out-everywhere", profile.sign_out_everywhere_else, name="sign_out_everywhere"),
    # The library's own overviews: ours shows all of it on one page.
    *(
        path(address, login_required(RedirectView.as_view(pattern_name="accounts:security")), name=name)
        for address, name in (
            ("accounts/2fa/", "account_factors"),
            ("accounts/2fa/webauthn/", "account_passkeys"),
            ("accounts/sessions/", "account_sessions"),
        )
    ),
]
