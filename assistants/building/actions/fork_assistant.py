"""Make an assistant of one's own out of somebody else's public one."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from assistants.building.actions.create_assistant import begin
from assistants.building.actions.save_draft import checked_specification, is_chat_model
from assistants.building.models import Assistant, Publication, Version
from assistants.building.queries import specification_of, visible_publication
from assistants.building.slugs import random_part
from assistants.building.specification import Specification, merge_patch
from kernel.actions import entry_action
from kernel.errors import NotFound, PermissionDenied
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Organisation
from organisations.permissions import Permission, require
from organisations.policy import policy_of
from organisations.policy_rules import require_allowed
from organisations.queries import organisation_name
from providers.catalogue import default_chat_model


class ForkingNotAllowed(PermissionDenied):
    code = "forking_not_allowed"
    user_message = _(
        "The creator of %(name)s keeps its instructions to themselves. You can chat with it, or build one of your own."
    )


@entry_action
def fork_assistant(*, actor: Actor, reference: str) -> Assistant:
    """Begin an assistant from the live version of a public one whose creator allows that.

    Instructions, settings and starters come over; sources and actions stay with their creator. Where it came from is kept for good
    and stands in its disclosure.

    Args:
        reference: the public name or id of a publication.

    Raises:
        PermissionDenied: the actor may not build.
        PolicyForbids: the organisation's policy does not let the actor's role create assistants.
        NotFound: nothing is published there for the actor.
        ForkingNotAllowed: its creator does not allow it.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    require_allowed(actor, policy_of(actor.organisation).building.create, _("create assistants"))
    publication = visible_publication(reference)
    if publication is None or not publication.is_live or not publication.reaches_others:
        raise NotFound
    if not publication.forkable:
        raise ForkingNotAllowed(name=publication.name)
    version, creator = _version_and_creator(publication)
    copy = begin(
        actor,
        _own(specification_of(version), actor.organisation),
        origin=_origin(publication, version, creator),
    )
    record_audit(actor, "assistant.forked", copy, original=publication.public_id, version=version.number)
    return copy


def _version_and_creator(publication: Publication) -> tuple[Version, str]:
    with tenant_scope(publication.organisation_id):
        rows = Version.objects.for_organisation(publication.organisation_id)
        version: Version = rows.get(pk=publication.live_version_id)
        return version, organisation_name(publication.organisation_id)


def _own(specification: Specification, organisation: Organisation) -> Specification:
    """The definition with a picture of its own, and with models that are offered here."""
    changes: dict[str, Any] = {"profile": {"picture": random_part(12)}, "model": {}, "actions": None}
    if not is_chat_model(specification.model.id, organisation):
        changes["model"]["id"] = default_chat_model().id
    if not is_chat_model(specification.model.fallback, organisation):
        changes["model"]["fallback"] = None
    return checked_specification(merge_patch(specification.document(), changes), organisation=organisation)


def _origin(publication: Publication, version: Version, creator: str) -> dict[str, Any]:
    return {
        "kind": "fork",
        "name": publication.name,
        "creator": creator,
        "publication": publication.public_id,
        "slug": publication.slug,
        "version": version.number,
    }
