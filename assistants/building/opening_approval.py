"""What happens when a second person agrees that a version is opened, and what that person is shown."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.building.disclosures import derive_disclosure, in_words
from assistants.building.leaving_out import removed_from
from assistants.building.models import Assistant, Publication, Version
from assistants.building.opening import (
    KIND,
    LINK,
    REACH_KIND,
    LinksForbidden,
    NewerVersionLive,
    PublicationSuspended,
    held_back,
    version_held,
)
from assistants.building.queries import publication_of, specification_of, versions
from assistants.building.reaching import facts_of, note_version_reach
from assistants.building.releasing import go_live
from assistants.building.rollouts import begin_rollout
from kernel.actions import assert_in_action
from kernel.errors import NotFound
from kernel.outbox import publish_event
from kernel.registries import ApprovalKind
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Approval
from organisations.policy import policy_of


def _apply(actor: Actor, approval: Approval) -> None:
    """Open exactly the version that was asked about; whoever decides needs no grant on the assistant."""
    assert_in_action()
    assistant, version = _subject(approval)
    publication = publication_of(assistant, lock=True)
    if publication is None:
        raise NotFound
    if publication.state == Publication.State.SUSPENDED:
        raise PublicationSuspended
    live = versions(assistant).get(pk=publication.live_version_id)
    newest = max(version.number, approval.payload.get("over", 0))
    if publication.reaches_others and live.number > newest:
        raise NewerVersionLive(live=live.number, asked=version.number)
    if approval.payload["visibility"] == LINK and not policy_of(approval.organisation_id).publishing.links:
        raise LinksForbidden(organisation=actor.organisation.name)
    # What was agreed to is remembered first: whatever opens the version finds nothing new about it.
    note_version_reach(actor, version, approval_id=approval.public_id)
    if version_held(actor, publication, version):
        return
    share = approval.payload.get("share")
    if share:
        begin_rollout(
            actor=actor, assistant=assistant, publication=publication, candidate=version, share=share
        )
        return
    _open(actor, approval, assistant, publication, version)


def _open(
    actor: Actor, approval: Approval, assistant: Assistant, publication: Publication, version: Version
) -> None:
    before, slug = publication.facts, approval.payload.get("slug")
    wanted = {"visibility": approval.payload["visibility"], "state": Publication.State.LIVE}
    if held_back(actor, publication, version, wanted["visibility"]):
        wanted = {}
    go_live(
        actor=actor,
        assistant=assistant,
        publication=publication,
        version=version,
        moves_conversations=bool(approval.payload.get("moves_conversations")),
        changes=wanted | ({"slug": slug} if slug else {}),
        detail={"approval": approval.public_id},
    )
    record_audit(actor, "publication.changed", publication, before=before, after=publication.facts)
    publish_event(actor.organisation, "publication.changed", publication.facts)


def _subject(approval: Approval) -> tuple[Assistant, Version]:
    rows = Assistant.objects.for_organisation(approval.organisation_id).filter(deleted_at=None)
    assistant: Assistant | None = rows.select_for_update().filter(public_id=approval.subject_id).first()
    if assistant is None:
        raise NotFound
    return assistant, versions(assistant).get(public_id=approval.payload["version"])


def _facts(approval: Approval) -> Sequence[tuple[str, str]]:
    rows = Version.objects.for_organisation(approval.organisation_id).select_related("assistant")
    version: Version | None = rows.filter(public_id=approval.payload["version"]).first()
    if version is None:
        return ()
    words = in_words(
        derive_disclosure(
            specification_of(version), organisation=version.organisation_id, revisions=version.revisions
        )
    )
    audience = Publication.Visibility(approval.payload["visibility"]).label
    return [
        (_("Who could use it"), str(audience)),
        (
            _("Version"),
            _("%(number)s, made by %(name)s") % {"number": version.number, "name": version.author_name},
        ),
        *_staged(approval),
        *_left_out(version),
        *facts_of(approval.payload.get("reach", ())),
        (_("Model"), "\n".join(words["models"])),
        (_("Documents"), str(len(version.manifest))),
        (_("Outside services"), "\n".join(words["hosts"]) or _("None")),
        (_("Kept"), "\n".join(words["stored"])),
        (_("Who sees it"), "\n".join(words["visible_to"])),
        (_("Limits"), "\n".join(words["limits"])),
    ]


def _left_out(version: Version) -> Sequence[tuple[str, str]]:
    names = removed_from(version).values()
    return [(_("Actions that were removed, and are left out"), "\n".join(names))] if names else []


def _staged(approval: Approval) -> Sequence[tuple[str, str]]:
    share = approval.payload.get("share")
    return [(_("Staged roll-out"), _("%(share)s%% of new conversations") % {"share": share})] if share else []


def _url(approval: Approval) -> str:
    return reverse("building:version_detail", args=[approval.subject_id, approval.payload["number"]])


APPROVALS = tuple(
    ApprovalKind(kind, label, apply=_apply, url=_url, permission="PUBLISH_ASSISTANTS", facts=_facts)
    for kind, label in (
        (KIND, gettext_lazy("Publish an assistant")),
        (REACH_KIND, gettext_lazy("Let an assistant reach further")),
    )
)
