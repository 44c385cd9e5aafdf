"""What people do to get in, in the log of the organisation that they act in.

The sign-in library and Django say what happened; each person's own log, in the accounts room, hears the same signals.
"""

from typing import Any

from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.http import HttpRequest

from accounts.models import User
from kernel.tenancy import tenant_scope
from organisations.actors import SESSION_KEY
from organisations.audit import record_audit
from organisations.queries import actor_for


def register() -> None:
    """Listen, once a process."""
    plain = {
        "account.signed_in": account_signals.user_logged_in,
        "account.signed_out": user_logged_out,
        "account.password_changed": account_signals.password_changed,
        "account.password_set": account_signals.password_set,
        "account.password_reset": account_signals.password_reset,
    }
    for action, signal in plain.items():
        signal.connect(_noting(action), weak=False, dispatch_uid=f"audit:{action}")
    user_login_failed.connect(_failed, dispatch_uid="audit:account.sign_in_failed")
    account_signals.email_confirmed.connect(_confirmed, dispatch_uid="audit:account.email_confirmed")
    account_signals.email_changed.connect(_email_changed, dispatch_uid="audit:account.email_changed")
    mfa_signals.authenticator_added.connect(_factor_added, dispatch_uid="audit:account.factor_added")
    mfa_signals.authenticator_removed.connect(_factor_removed, dispatch_uid="audit:account.factor_removed")
    mfa_signals.authentication_failed.connect(_factor_failed, dispatch_uid="audit:account.factor_failed")


def note_security(user: User | None, action: str, request: HttpRequest | None, **detail: Any) -> None:
    """Add a line to the log of the organisation that a person acts in; nothing for somebody who is in none."""
    session = getattr(request, "session", {})
    ip = str(request.META.get("REMOTE_ADDR") or "") if request else ""
    request_id = getattr(request, "request_id", "")
    actor = actor_for(user, session.get(SESSION_KEY), request_id=request_id, ip=ip) if user else None
    if actor:
        with tenant_scope(actor.organisation):
            record_audit(actor, action, user, **detail)


def _noting(action: str) -> Any:
    def note(sender: Any, request: HttpRequest | None, user: User | None, **_given: Any) -> None:
        note_security(user, action, request)

    return note


def _failed(sender: Any, credentials: dict[str, Any], request: Any = None, **_given: Any) -> None:
    # Somebody tried to be this person; nobody knows who, so the line only says whom it was about.
    email = str(credentials.get("email") or credentials.get("username") or "")
    user = User.objects.filter(email__iexact=email).first() if email else None
    note_security(user, "account.sign_in_failed", request)


def _confirmed(sender: Any, request: Any, email_address: Any, **_given: Any) -> None:
    note_security(email_address.user, "account.email_confirmed", request, email=email_address.email)


def _email_changed(
    sender: Any, request: Any, user: User, from_email_address: Any, to_email_address: Any, **_given: Any
) -> None:
    old = from_email_address.email if from_email_address else None
    changed = {"before": {"email": old}, "after": {"email": to_email_address.email}}
    note_security(user, "account.email_changed", request, **changed)


def _factor_added(sender: Any, request: Any, user: User, authenticator: Any, **_given: Any) -> None:
    note_security(user, "account.factor_added", request, factor=str(authenticator.type))


def _factor_removed(sender: Any, request: Any, user: User, authenticator: Any, **_given: Any) -> None:
    note_security(user, "account.factor_removed", request, factor=str(authenticator.type))


def _factor_failed(sender: Any, request: Any, user: User, authenticator: Any, **_given: Any) -> None:
    note_security(user, "account.factor_failed", request, factor=str(authenticator.type))
