"""Let an operator act as a person, and end it."""

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actions.record_staff_action import record_staff_action
from accounts.models import User
from accounts.staff import Role, Staff, checked_reason, require_staff
from kernel.errors import Conflict, NotFound
from kernel.outbox import publish_event
from kernel.tenancy import tenant_scope
from organisations.acting import LASTS, Acting
from organisations.actors import SESSION_KEY as ORGANISATION_KEY
from organisations.audit import record_audit
from organisations.queries import actor_for


class CannotActAs(Conflict):
    code = "cannot_act_as"
    user_message = _("Nobody can act as this person: they are of the staff, inactive, or belong nowhere.")


def act_as(*, staff: Staff, session: SessionBase, user_id: str, reason: str) -> User:
    """Turn the operator's session into the person's for an hour; the person is told, and the log keeps the reason.

    Raises:
        NotYourTask: only operators may.
        InvalidInput: the reason is missing.
        NotFound: there is no such person.
        CannotActAs: the person is of the staff, inactive, or in no organisation.
    """
    require_staff(staff, Role.OPERATOR)
    why = checked_reason(reason)
    user = User.objects.filter(public_id=user_id).first()
    if user is None:
        raise NotFound
    actor = None if user.is_staff else actor_for(user, ip=staff.ip)
    if actor is None:
        raise CannotActAs
    acting = Acting(
        staff_id=staff.user.pk,
        staff_label=staff.user.email,
        staff_hash=staff.user.get_session_auth_hash(),
        organisation_id=actor.organisation.pk,
        reason=why,
        until=timezone.now() + LASTS,
    )
    with tenant_scope(actor.organisation, durable=True):
        record_audit(acting.limited(actor), "staff.acting_started", user, reason=why)
        record_staff_action(
            staff=staff.user, action="person.acting_started", target=user, reason=why, ip=staff.ip
        )
        payload = {"user": user.public_id, "staff": staff.user.email, "reason": why}
        publish_event(actor.organisation, "person.acted_as", payload)
    _become(session, user)
    session[ORGANISATION_KEY] = actor.organisation.pk
    acting.keep(session)
    return user


def stop_acting(*, session: SessionBase, user: User, ip: str = "") -> User | None:
    """Give the session back to the operator, or end it where they are no longer one.

    Returns:
        The operator, signed in again; None where the session was ended.
    """
    acting = Acting.of(session)
    if acting is None:
        return None
    staff = User.objects.filter(pk=acting.staff_id).first()
    actor = actor_for(user, acting.organisation_id, ip=ip)
    with tenant_scope(acting.organisation_id, durable=True):
        if actor and actor.organisation.pk == acting.organisation_id:
            record_audit(acting.limited(actor), "staff.acting_ended", user)
        record_staff_action(staff=staff, action="person.acting_ended", target=user, ip=ip)
    allowed = acting.is_allowed
    session.flush()
    if staff is None or not allowed:
        return None
    _become(session, staff)
    return staff


def _become(session: SessionBase, user: User) -> None:
    """Make the session the person's, without counting as their signing in."""
    backend = session.get("_auth_user_backend") or "allauth.account.auth_backends.AuthenticationBackend"
    kept = {"_auth_user_backend": backend}
    session.flush()
    session.update(kept)
    session[SESSION_KEY] = str(user.pk)
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.cycle_key()
