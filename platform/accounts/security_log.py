"""Writes down what the sign-in library announces: the one place where its signals are heard for people's own logs."""

from typing import Any

from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_out, user_login_failed

from accounts.actions.record_security_event import record_security_event
from accounts.models import User
from accounts.security import Happened


def register() -> None:
    """Listen, once a process."""
    plain = {
        account_signals.user_logged_in: Happened.SIGN_IN,
        account_signals.password_changed: Happened.PASSWORD_CHANGED,
        account_signals.password_set: Happened.PASSWORD_CHANGED,
        account_signals.password_reset: Happened.PASSWORD_RESET,
    }
    for signal, kind in plain.items():
        signal.connect(_noting(kind), weak=False, dispatch_uid=f"security-log-{kind}-{id(signal)}")
    user_logged_out.connect(_signed_out, dispatch_uid="security-log-out")
    user_login_failed.connect(_failed, dispatch_uid="security-log-failed")
    account_signals.email_added.connect(_email_added, dispatch_uid="security-log-email-added")
    account_signals.email_changed.connect(_email_changed, dispatch_uid="security-log-email-changed")
    account_signals.email_removed.connect(_email_removed, dispatch_uid="security-log-email-removed")
    mfa_signals.authenticator_added.connect(_factor_added, dispatch_uid="security-log-factor-added")
    mfa_signals.authenticator_removed.connect(_factor_removed, dispatch_uid="security-log-factor-removed")
    mfa_signals.authenticator_reset.connect(_factor_added, dispatch_uid="security-log-codes")
    mfa_signals.authenticator_used.connect(_factor_used, dispatch_uid="security-log-factor-used")
    mfa_signals.authentication_failed.connect(_factor_failed, dispatch_uid="security-log-factor-failed")


def _noting(kind: Happened) -> Any:
    def note(sender: Any, request: Any, user: User, **_given: Any) -> None:
        record_security_event(user=user, kind=kind, request=request)

    return note


def _signed_out(sender: Any, request: Any, user: User | None, **_given: Any) -> None:
    if user is not None:
        record_security_event(user=user, kind=Happened.SIGN_OUT, request=request)


def _failed(sender: Any, credentials: dict[str, Any], request: Any = None, **_given: Any) -> None:
    email = str(credentials.get("email") or credentials.get("username") or "")
    user = User.objects.filter(email__iexact=email).first() if email else None
    if user is not None:
        record_security_event(user=user, kind=Happened.SIGN_IN_FAILED, request=request)


def _email_added(sender: Any, request: Any, user: User, email_address: Any, **_given: Any) -> None:
    record_security_event(user=user, kind=Happened.EMAIL_ADDED, request=request, email=email_address.email)


def _email_changed(sender: Any, request: Any, user: User, to_email_address: Any, **_given: Any) -> None:
    record_security_event(
        user=user, kind=Happened.EMAIL_CHANGED, request=request, email=to_email_address.email
    )


def _email_removed(sender: Any, request: Any, user: User, email_address: Any, **_given: Any) -> None:
    record_security_event(user=user, kind=Happened.EMAIL_REMOVED, request=request, email=email_address.email)


def _factor_added(sender: Any, request: Any, user: User, authenticator: Authenticator, **_given: Any) -> None:
    codes = authenticator.type == Authenticator.Type.RECOVERY_CODES
    kind = Happened.CODES_MADE if codes else Happened.FACTOR_ADDED
    record_security_event(user=user, kind=kind, request=request, **_named(authenticator))


def _factor_removed(
    sender: Any, request: Any, user: User, authenticator: Authenticator, **_given: Any
) -> None:
    # Recovery codes go together with the last factor: that is not news of its own.
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        kind = Happened.FACTOR_REMOVED
        record_security_event(user=user, kind=kind, request=request, **_named(authenticator))


def _factor_used(sender: Any, request: Any, user: User, authenticator: Authenticator, **_given: Any) -> None:
    code = authenticator.type == Authenticator.Type.RECOVERY_CODES
    kind = Happened.CODE_USED if code else Happened.FACTOR_USED
    record_security_event(user=user, kind=kind, request=request, **_named(authenticator))


def _factor_failed(
    sender: Any, request: Any, user: User, authenticator: Authenticator, **_given: Any
) -> None:
    kind = Happened.FACTOR_FAILED
    record_security_event(user=user, kind=kind, request=request, factor=authenticator.type)


def _named(authenticator: Authenticator) -> dict[str, str]:
    name = authenticator.data.get("name", "") if authenticator.type == Authenticator.Type.WEBAUTHN else ""
    return {"factor": authenticator.type, "name": name}
