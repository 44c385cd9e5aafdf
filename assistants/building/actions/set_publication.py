"""Decide who may use an assistant."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.queries import email_is_verified
from assistants.building.actions.unpublish import NothingPublished
from assistants.building.models import Publication
from assistants.building.queries import access_assistant, publication_of
from assistants.building.slugs import check_slug
from kernel.actions import assert_in_action, entry_action
from kernel.errors import Conflict, InvalidInput, PermissionDenied
from kernel.outbox import publish_event
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


class EmailNotVerified(PermissionDenied):
    code = "email_not_verified"
    user_message = _(
        "Confirm your e-mail address before you publish to everybody. Ask for a new message under Account, E-mail."
    )


class PublicationSuspended(Conflict):
    code = "publication_suspended"
    user_message = _("This assistant was suspended by whoever runs this server. Ask them what to change.")


@entry_action
def set_publication(
    *, actor: Actor, assistant_id: str, visibility: str, slug: str | None = None
) -> Publication:
    """Open a published assistant to some people, or to all; a withdrawn one is live again.

    Args:
        visibility: `private` (its builders), `organisation` (its members), `link` (anybody who has the address) or
            `public` (anybody, and the store lists it).
        slug: a new public name; None keeps the present one.

    Raises:
        PermissionDenied: others may use it, or will, and the actor may not publish.
        EmailNotVerified: it becomes public, and the actor's address is not confirmed.
        NotFound: the organisation has no such assistant.
        NothingPublished: it has no version yet.
        PublicationSuspended: the operator took it down.
        InvalidInput: no such visibility, or a slug that is taken or cannot be used.
    """
    return open_publication(actor=actor, assistant_id=assistant_id, visibility=visibility, slug=slug)


def open_publication(
    *, actor: Actor, assistant_id: str, visibility: str, slug: str | None = None
) -> Publication:
    """`set_publication` for actions that do more in the same transaction."""
    assert_in_action()
    require(actor, Permission.BUILD_ASSISTANTS)
    wanted = _checked_visibility(visibility)
    publication = publication_of(access_assistant(actor, assistant_id, lock=True), lock=True)
    if publication is None:
        raise NothingPublished
    _require_publishing(actor, publication, wanted)
    if publication.state == Publication.State.SUSPENDED:
        raise PublicationSuspended
    publication.visibility, publication.state = wanted, Publication.State.LIVE
    if slug is not None:
        publication.slug = check_slug(slug)
    _save(publication)
    record_audit(actor, "publication.changed", publication, **publication.facts)
    publish_event(actor.organisation, "publication.changed", publication.facts)
    return publication


def _checked_visibility(visibility: str) -> str:
    if visibility not in Publication.Visibility.values:
        message = _("Choose one of: private, organisation, link, public.")
        raise InvalidInput.on("visibility", "not_a_choice", message)
    return visibility


def _require_publishing(actor: Actor, publication: Publication, wanted: str) -> None:
    if wanted != Publication.Visibility.PRIVATE or publication.reaches_others:
        require(actor, Permission.PUBLISH_ASSISTANTS)
    if wanted == Publication.Visibility.PUBLIC and not (actor.user and email_is_verified(actor.user)):
        raise EmailNotVerified


def _save(publication: Publication) -> None:
    try:
        with transaction.atomic():
            publication.save(update_fields=["visibility", "state", "slug", "updated_at"])
    except IntegrityError as error:
        message = _("Somebody has this name already. Choose another one.")
        raise InvalidInput.on("slug", "slug_taken", message) from error
