"""The end of acting as somebody."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.models import User
from organisations.actions.act_as import stop_acting


@require_POST
@login_required
def acting_stop(request: HttpRequest) -> HttpResponse:
    """Give the session back to the operator."""
    user = cast(User, request.user)
    staff = stop_acting(session=request.session, user=user, ip=str(request.META.get("REMOTE_ADDR") or ""))
    return redirect(reverse("admin:index") if staff else "/")
