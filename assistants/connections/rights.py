"""Who may connect to what."""

from django.utils.translation import gettext_lazy as _

from assistants.connections.models import AuthProfile
from assistants.connections.refs import ProfileRef, read_profile_key
from kernel.errors import Conflict, NotFound, PermissionDenied
from kernel.registries import assistant_names
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.grants import level_on
from organisations.permissions import Level, Permission, levels_from, require, require_person

ASSISTANT = "assistant"


class NotWhileActingAsThem(PermissionDenied):
    code = "not_while_acting"
    user_message = _("People connect their own accounts. Ask them to do it themselves.")


class NothingToConnect(Conflict):
    code = "nothing_to_connect"
    user_message = _("%(name)s works without connecting anything.")


def require_to_connect(actor: Actor, profile: AuthProfile) -> None:
    """Refuse who may not give a credential for a profile: people give their own, and who may change the assistant gives
    the organisation's.

    Raises:
        NotAuthenticated, PermissionDenied: they may not.
        NotFound: the organisation's credential of another organisation.
        NothingToConnect: calls are not signed, or signed with what the organisation has already.
    """
    require(actor, Permission.USE_ASSISTANTS)
    require_person(actor)
    if actor.staff:
        raise NotWhileActingAsThem
    grant = (profile.document.get("oauth") or {}).get("grant")
    if profile.kind == AuthProfile.Kind.NONE or grant == "client_credentials":
        raise NothingToConnect(name=profile.name)
    if profile.owner == AuthProfile.Owner.ORGANISATION:
        if profile.organisation_id != actor.organisation.pk:
            raise NotFound
        require(actor, Permission.BUILD_ASSISTANTS)
        if not _may_change(actor, profile):
            raise PermissionDenied


def _may_change(actor: Actor, profile: AuthProfile) -> bool:
    if not profile.assistant_id:
        return True
    with tenant_scope(actor.organisation):
        return level_on(actor, ASSISTANT, profile.assistant_id) in levels_from(Level.EDIT)


def ref_for(actor: Actor, given: str) -> ProfileRef:
    """The profile that somebody means: by the key that a waiting turn or an assistant's page gave them, or by its bare
    id where it is of an assistant of their own organisation that they may use.

    Raises:
        NotFound: there is none, or they may not know of it.
    """
    if not given.startswith("auth_"):
        return read_profile_key(given)
    with tenant_scope(actor.organisation):
        rows = AuthProfile.objects.for_organisation(actor.organisation)
        profile = rows.filter(public_id=given, deleted_at=None).first()
        if profile is None or not _may_know(actor, profile):
            raise NotFound
    return ProfileRef(profile.public_id, profile.organisation_id)


def _may_know(actor: Actor, profile: AuthProfile) -> bool:
    if not profile.assistant_id:
        return actor.can(Permission.BUILD_ASSISTANTS)
    return bool(assistant_names.get()(actor, [profile.assistant_id]))
