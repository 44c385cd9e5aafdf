"""Account → Security: second factors, sessions, and what happened."""

from io import BytesIO
from typing import cast

import qrcode
from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from qrcode.image.svg import SvgPathFillImage

from accounts.actions.end_session import end_session
from accounts.models import User
from accounts.queries import email_is_verified, factors_of, security_events, sessions_of
from kernel.errors import NotFound
from kernel.pagination import paginate

EVENTS = 12


@require_safe
@login_required
@never_cache
def security(request: HttpRequest) -> HttpResponse:
    """Show what protects the account, where it is in use, and what happened to it."""
    user = cast(User, request.user)
    context = {
        "factors": factors_of(user),
        "verified": email_is_verified(user),
        "sessions": sessions_of(user),
        "current": request.session.session_key,
        "page": paginate(security_events(user), cursor=request.GET.get("cursor"), limit=EVENTS),
    }
    return render(request, "accounts/security.html", context)


@require_safe
@login_required
@never_cache
def app_picture(request: HttpRequest) -> HttpResponse:
    """Draw the code that an authenticator app scans, for the set-up that is under way in this session.

    A page may show pictures of our own address only, so the library's `data:` one is of no use.

    Raises:
        NotFound: no set-up is under way.
    """
    secret = request.session.get(SECRET_SESSION_KEY)
    if not secret:
        raise NotFound
    address = get_adapter().build_totp_url(request.user, secret)
    drawn = BytesIO()
    qrcode.make(address, image_factory=SvgPathFillImage).save(drawn)
    return HttpResponse(drawn.getvalue(), content_type="image/svg+xml")


@require_POST
@login_required
def session_end(request: HttpRequest, session_id: int) -> HttpResponse:
    """Sign one other browser out."""
    end_session(user=cast(User, request.user), session_id=session_id, request=request)
    messages.success(request, _("That browser is signed out."))
    return redirect("accounts:security")
