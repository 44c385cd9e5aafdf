"""How a publication stands this moment, and who may use it: asked with every question."""

from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.utils.translation import gettext_lazy as _

from assistants.building.models import Publication
from assistants.building.queries import RESOURCE, links_work, visible_publication
from kernel.errors import Gone, NotFound, PermissionDenied
from kernel.registries import outside_choices, publication_passes
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.grants import level_on
from organisations.permissions import Permission
from organisations.policy_cache import policy_in_force


class PublicationUnavailable(Gone):
    code = "publication_unavailable"
    user_message = _(
        "This assistant was withdrawn, so it answers no more questions. What it told you so far stays here; look in the"
        " store for another one."
    )


class OutsideNotAllowed(PublicationUnavailable):
    code = "outside_not_allowed"
    status = PermissionDenied.status
    user_message = _(
        "%(organisation)s does not let you use this assistant, which another organisation publishes. What it told you so"
        " far stays here. Ask an administrator to allow it, or use one of the directory."
    )


class Standing(NamedTuple):
    """A publication as it is this moment."""

    public_id: str
    organisation_id: int
    state: str
    visibility: str
    live_version_id: int
    assistant_id: str
    candidate_id: int | None
    candidate_share: int
    withdrawn_versions: str
    conversations_moved_at: datetime | None
    groups: list[int]


def standing_of(column: str, value: str, actor: Actor | None) -> Standing | None:
    """A publication as the open scope may see it; None where it sees none.

    Args:
        column: by what it is named: `slug`, `public_id`, or `assistant` for its assistant's id.
    """
    # Written out in SQL: this runs for every question, and building a queryset costs more than the query.
    with connection.cursor() as cursor:
        cursor.execute(_STANDING[column], {"value": value, "membership": _membership(actor)})
        row = cursor.fetchone()
    return Standing(*row) if row else None


def usable_standing(actor: Actor, column: str, reference: str, *, used_before: bool) -> Standing:
    """A publication that the actor may use, in the open scope of their organisation.

    Raises:
        NotFound, PublicationUnavailable, OutsideNotAllowed: see `refusal`.
    """
    standing = standing_of(column, reference, actor)
    if standing is not None and may_use(actor, standing):
        return standing
    # Only whoever would be turned away pays for this look.
    passed = _passed(actor, column, reference)
    if passed is None:
        raise refusal(actor, standing, used_before=used_before)
    return passed


def readable_standing(publication_id: str, actor: Actor | None) -> Standing | None:
    """A live publication that the actor, where there is one, may use; None otherwise."""
    standing = standing_of("public_id", publication_id, actor)
    if actor is None:
        return standing if standing is not None and standing.state == Publication.State.LIVE else None
    if standing is not None and may_use(actor, standing):
        return standing
    return _passed(actor, "public_id", publication_id)


def may_use(actor: Actor, standing: Standing) -> bool:
    """Whether an actor may use a publication, by its visibility, their grants, and what their organisation allows."""
    if standing.state != Publication.State.LIVE:
        return False
    if actor.assistants and standing.assistant_id not in actor.assistants:  # the key is bound to others
        return False
    if _open_to_all(standing):
        return outside_allowed(actor, standing.organisation_id, standing.public_id)
    if standing.organisation_id != actor.organisation.pk or not actor.can(Permission.USE_ASSISTANTS):
        return False
    if standing.visibility == Publication.Visibility.ORGANISATION and not actor.is_guest:
        return True
    return level_on(actor, RESOURCE, standing.assistant_id) is not None


def outside_allowed(actor: Actor, organisation_id: int, publication_id: str) -> bool:
    """Whether the actor's organisation lets its people use what some organisation publishes; its own always."""
    if organisation_id == actor.organisation.pk or actor.is_anonymous:
        return True
    allowed = policy_in_force(actor.organisation.pk).store.public
    if allowed == "chosen":
        return any(chosen(actor, publication_id) for chosen in outside_choices)
    return allowed == "everyone"


def refusal(actor: Actor, standing: Standing | None, *, used_before: bool) -> NotFound | Gone:
    """Why an actor may not use a publication: that it was withdrawn is told to those who knew it, and nobody else."""
    if standing is not None and _kept_out(actor, standing):
        return OutsideNotAllowed(organisation=actor.organisation.name)
    known = standing is not None and (
        standing.organisation_id == actor.organisation.pk
        and level_on(actor, RESOURCE, standing.assistant_id) is not None
    )
    return PublicationUnavailable() if used_before or known else NotFound()


def passed_scope(actor: Actor, reference: str) -> int | None:
    """Whose publication a person may use by a pass, by its slug or public id; None where they hold none that is valid."""
    if actor.user is None:
        return None
    found = (holder(actor, reference) for holder in publication_passes)
    return next((organisation_id for organisation_id in found if organisation_id is not None), None)


def shown_publication(actor: Actor, reference: str) -> Publication | None:
    """What is live under a slug or public id and not kept from the actor, in the open scope; None where nothing is."""
    row = visible_publication(reference)
    if row is not None and row.is_live:
        return row if outside_allowed(actor, row.organisation_id, row.public_id) else None
    organisation_id = passed_scope(actor, reference)
    if organisation_id is None:
        return None
    with tenant_scope(organisation_id):
        row = visible_publication(reference)
    return row if row is not None and row.is_live else None


def _passed(actor: Actor, column: str, reference: str) -> Standing | None:
    organisation_id = passed_scope(actor, reference)
    if organisation_id is None or not actor.can(Permission.USE_ASSISTANTS):
        return None
    with tenant_scope(organisation_id):
        standing = standing_of(column, reference, actor)
    if standing is None or standing.state != Publication.State.LIVE:
        return None
    if actor.assistants and standing.assistant_id not in actor.assistants:
        return None
    return standing if outside_allowed(actor, organisation_id, standing.public_id) else None


def _open_to_all(standing: Standing) -> bool:
    if standing.visibility == Publication.Visibility.LINK:
        return links_work(standing.organisation_id)
    return standing.visibility == Publication.Visibility.PUBLIC


def _kept_out(actor: Actor, standing: Standing) -> bool:
    """Whether everybody could use it, did the actor's organisation not say no."""
    if standing.state != Publication.State.LIVE or not _open_to_all(standing):
        return False
    return not outside_allowed(actor, standing.organisation_id, standing.public_id)


def _membership(actor: Actor | None) -> int | None:
    """The place by which somebody has groups: machines have none, whoever's key they use."""
    return None if actor is None or actor.api_key_id else actor.membership_id


_COLUMNS = (
    "SELECT p.public_id, p.organisation_id, p.state, p.visibility, p.live_version_id, p.assistant_public_id,"
    " p.candidate_id, p.candidate_share, p.withdrawn_versions, p.conversations_moved_at,"
    # The reader's groups in the creator's organisation: asked for with every question, so that leaving one counts at once.
    " ARRAY(SELECT g.group_id FROM organisations_groupmembership g WHERE g.membership_id = %(membership)s"
    " AND g.organisation_id = p.organisation_id ORDER BY 1) FROM building_publication p"
)
_STANDING = {
    "slug": f"{_COLUMNS} WHERE p.slug = %(value)s",
    "public_id": f"{_COLUMNS} WHERE p.public_id = %(value)s",
    "assistant": (
        f"{_COLUMNS} JOIN building_assistant a ON a.id = p.assistant_id AND a.organisation_id = p.organisation_id"
        " WHERE a.public_id = %(value)s AND a.deleted_at IS NULL"
    ),
}
