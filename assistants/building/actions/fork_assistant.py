"""Make an assistant of one's own out of somebody else's public one."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from assistants.actions.actions.copy_actions import take_over_actions
from assistants.building.actions.create_assistant import begin
from assistants.building.actions.save_draft import (
    checked_specification,
    is_chat_model,
    lock_draft,
    save_draft,
)
from assistants.building.forking import Offered, may_take_over, offered_by
from assistants.building.models import Assistant, Publication, Version
from assistants.building.queries import specification_of, visible_publication
from assistants.building.slugs import random_part
from assistants.building.specification import Specification, merge_patch
from assistants.building.standing import OutsideNotAllowed, outside_allowed
from kernel.actions import entry_action
from kernel.errors import NotFound, PermissionDenied
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Organisation
from organisations.permissions import Permission, require
from organisations.policy import policy_of
from organisations.policy_rules import host_allowed, require_allowed
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

    Instructions, settings, starters and the definitions of its actions come over; sources and credentials stay with their
    creator. Actions are on as in the original where the organisation's policy allows their hosts; `left_to_do` says what is
    missing. Where it came from is kept for good and stands in its disclosure.

    Args:
        reference: the public name or id of a publication.

    Raises:
        PermissionDenied: the actor may not build.
        PolicyForbids: the organisation's policy does not let the actor's role create assistants.
        NotFound: nothing is published there for the actor.
        ForkingNotAllowed: its creator does not allow it.
        OutsideNotAllowed: the actor's organisation does not let its people use it.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    require_allowed(actor, policy_of(actor.organisation).building.create, _("create assistants"))
    publication = visible_publication(reference)
    if publication is None or not publication.is_live or not publication.reaches_others:
        raise NotFound
    if not outside_allowed(actor, publication.organisation_id, publication.public_id):
        raise OutsideNotAllowed(organisation=actor.organisation.name)
    if not publication.forkable:
        raise ForkingNotAllowed(name=publication.name)
    version, creator, offered = _original(publication)
    if not may_take_over(actor):
        names = [one.reading.name for one in offered.definitions]
        offered = Offered([], {}, [*names, *offered.left_out])
    copy = begin(
        actor,
        _own(specification_of(version), actor.organisation),
        origin=_origin(publication, version, creator, offered.left_out),
    )
    _take_over(actor, copy, offered)
    record_audit(actor, "assistant.forked", copy, original=publication.public_id, version=version.number)
    return copy


def _original(publication: Publication) -> tuple[Version, str, Offered]:
    with tenant_scope(publication.organisation_id):
        rows = Version.objects.for_organisation(publication.organisation_id)
        version: Version = rows.select_related("assistant").get(pk=publication.live_version_id)
        return version, organisation_name(publication.organisation_id), offered_by(version)


def _take_over(actor: Actor, copy: Assistant, offered: Offered) -> None:
    policy = policy_of(actor.organisation)
    copies = take_over_actions(actor=actor, definitions=offered.definitions, target=copy.public_id)
    on = [
        {"id": copies[one.id], "operations": list(offered.uses[one.id])}
        for one in offered.definitions
        if host_allowed(policy.hosts, one.host)
    ]
    if on:
        draft = lock_draft(copy, None)
        save_draft(actor=actor, assistant=copy, draft=draft, document=draft.specification | {"actions": on})


def _own(specification: Specification, organisation: Organisation) -> Specification:
    """The definition with a picture of its own, and with models that are offered here."""
    changes: dict[str, Any] = {"profile": {"picture": random_part(12)}, "model": {}, "actions": None}
    if not is_chat_model(specification.model.id, organisation):
        changes["model"]["id"] = default_chat_model().id
    if not is_chat_model(specification.model.fallback, organisation):
        changes["model"]["fallback"] = None
    return checked_specification(merge_patch(specification.document(), changes), organisation=organisation)


def _origin(
    publication: Publication, version: Version, creator: str, left_out: Sequence[str]
) -> dict[str, Any]:
    more = {"left_out": list(left_out)} if left_out else {}
    return more | {
        "kind": "fork",
        "name": publication.name,
        "creator": creator,
        "publication": publication.public_id,
        "slug": publication.slug,
        "version": version.number,
    }
