"""Take a share link back."""

from django.utils import timezone

from assistants.building.queries import RESOURCE
from kernel.actions import entry_action
from kernel.errors import NotFound
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.grants import level_on
from organisations.permissions import Level, Permission, levels_from, require
from store.actions.create_share_link import facts
from store.models import ShareLink


@entry_action
def revoke_share_link(*, actor: Actor, link_id: str) -> ShareLink:
    """End a link at once: its page is gone, and whoever used an assistant by it gets no more answers.

    Whoever made it may, and for an assistant whoever may change it. Again changes nothing.

    Raises:
        NotAuthenticated: nobody is signed in.
        NotFound: there is no such link that the actor may take back.
    """
    require(actor, Permission.USE_ASSISTANTS)
    rows = ShareLink.objects.for_organisation(actor.organisation).filter(public_id=link_id)
    link: ShareLink | None = (
        rows.select_for_update(of=("self",)).select_related("collection", "publication").first()
    )
    if link is None or not _may_revoke(actor, link):
        raise NotFound
    if link.revoked_at is None:
        link.revoked_at = timezone.now()
        link.save(update_fields=["revoked_at"])
        record_audit(actor, "share_link.revoked", link, before=facts(link))
    return link


def _may_revoke(actor: Actor, link: ShareLink) -> bool:
    if actor.user is not None and link.user_id == actor.user_id:
        return True
    if link.publication is None:
        return False
    return level_on(actor, RESOURCE, link.publication.assistant_public_id) in levels_from(Level.EDIT)
