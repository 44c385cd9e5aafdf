"""Decide who may use an assistant."""

from django.utils.translation import gettext_lazy as _

from assistants.building.actions.unpublish import NothingPublished
from assistants.building.models import Publication, Release
from assistants.building.opening import (
    PublicationSuspended,
    check_may_open,
    held_back,
    opens_nothing,
    request_opening,
    save_opened,
    word_needed,
)
from assistants.building.queries import access_assistant, publication_of, versions
from assistants.building.reaching import note_version_reach
from assistants.building.releasing import record_release
from assistants.building.slugs import check_slug
from kernel.actions import assert_in_action, entry_action
from kernel.errors import InvalidInput
from kernel.outbox import publish_event
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


@entry_action
def set_publication(
    *, actor: Actor, assistant_id: str, visibility: str, slug: str | None = None
) -> Publication:
    """Open a published assistant to some people, or to all; a withdrawn one is live again.

    Where the policy wants a second person's word, it stays as it is and a request waits: see `pending_opening`. Where the
    store looks first at what is for everybody, it stays as it is too, but for its slug.

    Args:
        visibility: `private` (those it is shared with), `organisation` (its members), `link` (anybody who has the address) or
            `public` (anybody, and the store lists it).
        slug: a new public name; None keeps the present one.

    Raises:
        PermissionDenied: others may use it, or will, and the actor may not publish.
        EmailNotVerified: it becomes public, and the actor's address is not confirmed.
        NotFound: the organisation has no such assistant.
        NothingPublished: it has no version yet.
        PublicationSuspended: the operator took it down.
        PolicyForbids, LinksForbidden: the organisation's policy is against it.
        ApprovalPending: a second person has to agree, and was asked already.
        InvalidInput: no such visibility, or a slug that is taken or cannot be used.
    """
    return open_publication(actor=actor, assistant_id=assistant_id, visibility=visibility, slug=slug)


def open_publication(
    *, actor: Actor, assistant_id: str, visibility: str, slug: str | None = None
) -> Publication:
    """`set_publication` for actions that do more in the same transaction."""
    assert_in_action()
    require(actor, Permission.BUILD_ASSISTANTS)
    wanted = checked_visibility(visibility)
    assistant = access_assistant(actor, assistant_id, lock=True)
    publication = publication_of(assistant, lock=True)
    if publication is None:
        raise NothingPublished
    check_may_open(actor, publication, wanted)
    if publication.state == Publication.State.SUSPENDED:
        raise PublicationSuspended
    version = versions(assistant).get(pk=publication.live_version_id)
    kind = word_needed(actor, version, wanted, agreed=opens_nothing(publication, wanted))
    if kind:
        request_opening(
            actor=actor, assistant=assistant, version=version, visibility=wanted, slug=slug, kind=kind
        )
        return publication
    before, was_live = publication.facts, publication.is_live
    renamed = {} if slug is None else {"slug": check_slug(slug)}
    if held_back(actor, publication, version, wanted):
        save_opened(publication, **renamed)
        return publication
    save_opened(publication, visibility=wanted, state=Publication.State.LIVE, **renamed)
    if publication.reaches_others:
        note_version_reach(actor, version)
    if not was_live:
        record_release(actor, publication, version, Release.Kind.PUBLISHED)
    record_audit(actor, "publication.changed", publication, before=before, after=publication.facts)
    publish_event(actor.organisation, "publication.changed", publication.facts)
    return publication


def checked_visibility(visibility: str) -> str:
    """One of the visibilities.

    Raises:
        InvalidInput: it is none.
    """
    if visibility not in Publication.Visibility.values:
        message = _("Choose one of: private, organisation, link, public.")
        raise InvalidInput.on("visibility", "not_a_choice", message)
    return visibility
