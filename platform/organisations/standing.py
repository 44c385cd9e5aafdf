"""Whether somebody who was let in a while ago still stands where they stood: for work that goes on after its request."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from kernel.errors import PermissionDenied
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.live_requests import still_member
from organisations.models import ApiKey
from organisations.queries import actor_for, actor_for_key_hash


class NoLongerAllowed(PermissionDenied):
    code = "no_longer_allowed"
    user_message = _("You may no longer do this here, or the key that you used was revoked.")


def present_actor(actor: Actor) -> Actor:
    """The same actor with the rights of this moment, and none that they did not have when they were let in.

    Raises:
        NoLongerAllowed: the person left, was suspended or signed out everywhere, or the key no longer works.
    """
    found = _of_key(actor) if actor.api_key_id else _of_session(actor)
    if found is None or found.organisation.pk != actor.organisation.pk or found.mfa_missing:
        raise NoLongerAllowed
    return replace(
        actor,
        permissions=actor.permissions & found.permissions,
        role=found.role,
        role_key=found.role_key,
        membership_id=found.membership_id,
        assistants=found.assistants,
    )


def _of_session(actor: Actor) -> Actor | None:
    if actor.user is None or not still_member(actor):
        return None
    return actor_for(actor.user, actor.organisation.pk)


def _of_key(actor: Actor) -> Actor | None:
    with tenant_scope(actor.organisation):
        rows = ApiKey.objects.for_organisation(actor.organisation).filter(pk=actor.api_key_id)
        key_hash = rows.values_list("key_hash", flat=True).first()
    return actor_for_key_hash(key_hash) if key_hash else None
