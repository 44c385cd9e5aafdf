"""What operators do to an organisation."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Role, Staff, checked_reason, require_staff
from kernel.errors import Conflict, NotFound
from kernel.outbox import publish_event
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Organisation


class PlatformsOwn(Conflict):
    code = "platforms_own"
    user_message = _("This organisation is the platform's own: visitors act in it. It cannot be suspended.")


def suspend_organisation(*, staff: Staff, organisation_id: str, reason: str) -> Organisation:
    """Stop an organisation: within 5 seconds nobody acts in it, by session or key, and nothing of it is served.

    Raises:
        NotYourTask: only operators may.
        InvalidInput: the reason is missing.
        NotFound: there is no such organisation.
        PlatformsOwn: it is the one that visitors act in.
    """
    return _set(staff, organisation_id, checked_reason(reason), suspended=True)


def resume_organisation(*, staff: Staff, organisation_id: str, reason: str) -> Organisation:
    """Let an organisation go on as before.

    Raises:
        NotYourTask: only operators may.
        InvalidInput: the reason is missing.
        NotFound: there is no such organisation.
    """
    return _set(staff, organisation_id, checked_reason(reason), suspended=False)


def staff_actor(staff: Staff, organisation: Organisation) -> Actor:
    """The platform's staff in an organisation's log; it may do nothing there."""
    return Actor(user=None, organisation=organisation, staff=staff.user.email, ip=staff.ip)


def _set(staff: Staff, organisation_id: str, reason: str, *, suspended: bool) -> Organisation:
    require_staff(staff, Role.OPERATOR)
    found = Organisation.objects.filter(public_id=organisation_id).first()
    if found is None:
        raise NotFound
    if found.kind == Organisation.Kind.PLATFORM:
        raise PlatformsOwn
    action = "organisation.suspended" if suspended else "organisation.resumed"
    with tenant_scope(found, durable=True):
        organisation = Organisation.objects.select_for_update(no_key=True).get(pk=found.pk)
        organisation.suspended_at = timezone.now() if suspended else None
        organisation.save(update_fields=["suspended_at"])
        record_audit(staff_actor(staff, organisation), action, organisation, reason=reason)
        record_staff_action(staff=staff.user, action=action, target=organisation, reason=reason, ip=staff.ip)
        publish_event(organisation, action, {"organisation": organisation.public_id})
    return organisation
