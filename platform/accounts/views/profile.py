"""One's own account: name, address, appearance."""

from typing import cast

from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.models import EmailAddress
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.actions.sign_out_everywhere import sign_out_everywhere
from accounts.actions.update_profile import update_profile
from accounts.forms import ProfileForm
from accounts.models import User
from accounts.queries import email_is_verified


@require_safe
@login_required
@never_cache
def profile(request: HttpRequest) -> HttpResponse:
    """Show the account."""
    user = cast(User, request.user)
    return _profile(request, ProfileForm(initial={"name": user.name}))


@require_POST
@login_required
def profile_save(request: HttpRequest) -> HttpResponse:
    """Save the name."""
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return _profile(request, form, status=400)
    update_profile(user=cast(User, request.user), name=form.cleaned_data["name"])
    messages.success(request, _("Saved."))
    return redirect("accounts:profile")


@require_POST
@login_required
def verification_send(request: HttpRequest) -> HttpResponse:
    """Send the link that shows an address to be the person's, again."""
    user = cast(User, request.user)
    address, _made = EmailAddress.objects.get_or_create(
        user=user, email=user.email, defaults={"primary": True, "verified": False}
    )
    if not address.verified and not send_verification_email_to_address(request, address):
        messages.info(
            request, _("A link was sent a moment ago. Look into your inbox, or try again in a few minutes.")
        )
    return redirect("accounts:profile")


@require_POST
@login_required
def sign_out_everywhere_else(request: HttpRequest) -> HttpResponse:
    """End all other sessions; this browser stays signed in."""
    user = cast(User, request.user)
    sign_out_everywhere(user=user, request=request)
    update_session_auth_hash(request, user)
    messages.success(request, _("All other browsers are signed out."))
    return redirect("accounts:security")


def _profile(request: HttpRequest, form: ProfileForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "verified": email_is_verified(cast(User, request.user))}
    return render(request, "accounts/profile.html", context, status=status)
