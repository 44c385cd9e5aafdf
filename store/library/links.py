"""Share links: addresses whose secret is kept as a hash, and the passes that they give."""

import secrets
from hashlib import sha256

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistants.building.queries import links_work
from kernel.errors import Gone
from kernel.ratelimit import Limit, take
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actors import Actor
from store.models import Pass, ShareLink

SECRET_BYTES = 24
# Nobody opens more links than this by hand; whoever guesses is stopped long before they find one.
LOOK_UPS = Limit(count=30, seconds=60)


class ShareLinkEnded(Gone):
    code = "share_link_ended"
    user_message = _(
        "This link does not work: it has run out, was taken back, or was copied incompletely. Ask whoever sent it for a"
        " new one."
    )


def new_secret() -> str:
    """A secret for an address, 32 characters long."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return sha256(secret.encode()).hexdigest()


def address_of(secret: str) -> str:
    """The whole address of a link."""
    return f"{settings.PUBLIC_URL}{reverse('store:shared', args=[secret])}"


def look_up(actor: Actor, secret: str) -> ShareLink:
    """The link behind a secret, with its target, whoever's it is.

    Raises:
        RateLimited: the caller looked up too many.
        ShareLinkEnded: there is none that works.
    """
    take(f"share-links:{actor.caller}", LOOK_UPS)
    with across_organisations(reason="whoever has the secret belongs to any organisation"):
        rows = ShareLink.unscoped.select_related("user", "collection", "publication", "organisation")
        found = rows.filter(_works(), digest=digest_of(secret)).first()
    if found is None or (found.publication_id and not links_work(found.organisation_id)):
        raise ShareLinkEnded
    return found


def works(organisation_id: int, link_id: str) -> bool:
    """Whether a link of an organisation works this moment."""
    if not links_work(organisation_id):
        return False
    with tenant_scope(organisation_id):
        rows = ShareLink.objects.for_organisation(organisation_id)
        return bool(rows.filter(_works(), public_id=link_id).exists())


def holder_of_pass(actor: Actor, reference: str) -> int | None:
    """Whose publication, named by slug or public id, a person may use by a link that they opened; None for nobody's."""
    rows = Pass.objects.for_organisation(actor.organisation).filter(
        Q(publication_id=reference) | Q(slug=reference), user=actor.user, expires_at__gt=timezone.now()
    )
    return next((row.creator_id for row in rows if works(row.creator_id, row.link_id)), None)


def _works() -> Q:
    return Q(
        revoked_at=None,
        expires_at__gt=timezone.now(),
        organisation__suspended_at=None,
        collection__deleted_at=None,
    )
