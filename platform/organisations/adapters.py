"""How allauth makes accounts here: everybody gets a personal organisation, and an invitation is honoured."""

from contextlib import suppress
from smtplib import SMTPException  # noqa: TID251 - the name of what Django's mail raises
from typing import Any
from urllib.parse import urlsplit

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from kernel.errors import DomainError
from kernel.switches import is_on
from organisations.actions.accept_invitation import accept_invitation
from organisations.actions.create_personal_organisation import create_personal_organisation
from organisations.actions.switch_organisation import switch_organisation
from organisations.invitations import PENDING_KEY
from organisations.joining import LATER, join_offers
from organisations.pages import resolve_actor

logger = structlog.get_logger(__name__)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Saves a new person together with their personal organisation."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The address or password is wrong. Check both, or set a new password."),
        "email_taken": _("This address has an account already. Sign in with it."),
        "enter_current_password": _("Type your present password."),
        "incorrect_password": _("This is not your password. Type it again."),
        "too_many_login_attempts": _("Too many attempts. Wait a few minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether the operator lets people sign up by themselves; who was invited always may."""
        return is_on("sign_up") or PENDING_KEY in request.session

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Save the person and make the organisation, both or neither."""
        user.name = " ".join(form.cleaned_data.get("name", "").split())
        if not self.is_email_verified(request, form.cleaned_data["email"]):
            # An invitation's address is no second address of somebody who signs up with another one.
            self.unstash_verified_email(request)
        with transaction.atomic():
            saved: User = super().save_user(request, user, form, commit)
            create_personal_organisation(user=saved)
        return saved

    def post_login(self, request: HttpRequest, user: User, **options: Any) -> HttpResponse:
        """After signing up through an invitation's link, accept it; bring the person's language along."""
        token = request.session.pop(PENDING_KEY, None)
        if token and options.get("signup"):
            # An invitation that ended meanwhile must not spoil the new account: its page says what happened.
            with suppress(DomainError):
                _accept(request, token)
        response: HttpResponse = super().post_login(request, user, **options)
        if user.locale:
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.locale, max_age=31536000, samesite="Lax")
        return response

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Where people land: where an organisation lets them join by themselves, on its offer, until they put it off."""
        if _has_offers(request):
            return reverse("organisations:join")
        return str(super().get_login_redirect_url(request))

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        """Where a confirmed address leads: to the offers that it brings."""
        if _has_offers(self.request):
            return reverse("organisations:join")
        return str(super().get_email_verification_redirect_url(email_address))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send an e-mail whose links lead to our own address, whatever Host the request named."""
        links = {name: _at_home(value) for name, value in context.items() if name.endswith("_url")}
        try:
            super().send_mail(template_prefix, email, {**context, **links, "public_url": settings.PUBLIC_URL})
        except (OSError, SMTPException):
            # The page goes on: whoever waits for the link can have it sent again.
            logger.exception("email_not_sent", template=template_prefix)


def _has_offers(request: HttpRequest) -> bool:
    user = request.user
    return isinstance(user, User) and LATER not in request.COOKIES and bool(join_offers(user))


def _accept(request: HttpRequest, token: str) -> None:
    request.actor = None  # type: ignore[attr-defined] # known before the person was
    membership = accept_invitation(actor=resolve_actor(request), token=token)
    switch_organisation(
        user=membership.user, session=request.session, organisation_id=membership.organisation.public_id
    )
    request.actor = None  # type: ignore[attr-defined]


def _at_home(url: str) -> str:
    parts = urlsplit(url)
    return f"{settings.PUBLIC_URL}{parts.path}{'?' + parts.query if parts.query else ''}"
