"""Requests of outsiders to take a listing down: made without an account, confirmed by e-mail, followed by a secret link."""

import secrets
from dataclasses import dataclass
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from kernel.errors import FieldError, InvalidInput, NotFound
from kernel.jobs import enqueue_after_commit
from kernel.ratelimit import Limit, take
from kernel.redis import sync_redis
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from store.actions.open_case import open_case
from store.models import Case, Listing, Takedown
from store.moderation.clocks import clock_of_takedown

BY_ADDRESS = Limit(5, 24 * 3600)
BY_NETWORK = Limit(20, 24 * 3600)
CONFIRM_WITHIN = 7 * 24 * 3600
SHORTEST = 20


@dataclass(frozen=True, slots=True)
class TakedownFields:
    """What somebody asserts.

    Attributes:
        what: what is theirs, where, and why it may not stand there.
        sworn: that it is true, made in good faith, and by somebody entitled to ask.
    """

    listing: str
    kind: str
    name: str
    email: str
    what: str
    on_behalf_of: str = ""
    sworn: bool = False


def request_takedown(*, actor: Actor, fields: TakedownFields) -> Takedown:
    """Keep a request; nothing happens before its writer opened the link that is sent to them.

    Args:
        actor: who sends it, mostly an anonymous visitor; only the network's address is used, for limits.

    Raises:
        InvalidInput: it names every wrong field.
        RateLimited: very many came from there, or in this name, today.
    """
    given = _checked(fields)
    take(f"takedowns:net:{actor.ip}", BY_NETWORK)
    take(f"takedowns:mail:{sha256(given.email.lower().encode()).hexdigest()[:24]}", BY_ADDRESS)
    key, listing_id = _listing(given.listing)
    secret = secrets.token_urlsafe(32)
    with tenant_scope(key, durable=True):
        made: Takedown = Takedown.objects.create(
            organisation_id=key,
            listing_id=listing_id,
            kind=given.kind,
            name=given.name,
            email=given.email,
            on_behalf_of=given.on_behalf_of,
            what=given.what,
            sworn=True,
            digest=digest_of(secret),
            language=translation.get_language() or "en",
        )
        # The secret never stands in the broker: the job fetches it once.
        sync_redis().set(_mailbox(made.public_id), secret, ex=CONFIRM_WITHIN)
        enqueue_after_commit("store.send_takedown_link", organisation_id=key, takedown_id=made.public_id)
    return made


def confirm_takedown(*, secret: str) -> Takedown:
    """Confirm a request by the secret of its link: it becomes a case, and its clock starts. Again changes nothing.

    Where one about the same listing waits already, both are looked at together; each of their writers gets a receipt.

    Raises:
        NotFound: there is no such request, or its link was not opened in time.
    """
    key = _organisation_of(secret)
    with tenant_scope(key, durable=True):
        found = Takedown.objects.for_organisation(key).select_for_update(of=("self",))
        request: Takedown = found.get(digest=digest_of(secret))
        if request.confirmed_at:
            return request
        if (timezone.now() - request.created_at).total_seconds() > CONFIRM_WITHIN:
            raise NotFound
        rows = Listing.unscoped.select_related("organisation", "publication")
        listing = rows.select_for_update(of=("self",)).get(pk=request.listing_id)
        case = open_case(
            listing=listing,
            kind=Case.Kind.TAKEDOWN,
            clock=clock_of_takedown(request.kind),
            statement=request.what,
        )
        request.confirmed_at, request.case = timezone.now(), case
        request.save(update_fields=["confirmed_at", "case"])
        enqueue_after_commit(
            "store.send_takedown_receipt", organisation_id=key, takedown_id=request.public_id
        )
        actor = Actor(user=None, organisation=listing.organisation)
        record_audit(actor, "takedown.received", listing, case=case.public_id, kind=str(request.kind))
    return request


def takedown_by_secret(secret: str) -> Takedown:
    """A request with its case and listing, for its writer; inside `across_organisations`.

    Raises:
        NotFound: there is none.
    """
    rows = Takedown.objects.across_organisations(reason="its writer belongs to no organisation")
    found: Takedown | None = rows.select_related("listing", "case").filter(digest=digest_of(secret)).first()
    if found is None:
        raise NotFound
    return found


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return sha256(secret.encode()).hexdigest()


def fetched_secret(takedown_id: str) -> str:
    """The secret that waits to be mailed; empty once it was."""
    held = sync_redis().getdel(_mailbox(takedown_id))
    return held.decode() if isinstance(held, bytes) else str(held or "")


def _mailbox(takedown_id: str) -> str:
    return f"store:takedown:{takedown_id}"


def _organisation_of(secret: str) -> int:
    with across_organisations(reason="its writer belongs to no organisation"):
        return takedown_by_secret(secret).organisation_id


def _listing(reference: str) -> tuple[int, int]:
    """A listing that strangers see, by its address or slug."""
    slug = reference.strip().rstrip("/").rpartition("/a/")[2].partition("/")[0].partition("?")[0]
    with across_organisations(reason="a stranger names a public listing"):
        rows = Listing.unscoped.filter(publication__slug=slug, visibility__in=("public", "link"))
        found = rows.exclude(live_at=None).values_list("organisation_id", "pk").first()
    if found is None:
        raise InvalidInput.on(
            "listing", "unknown", _("There is no such page here. Copy its address from the browser.")
        )
    return found


def _checked(fields: TakedownFields) -> TakedownFields:
    problems = []
    try:
        validate_email(fields.email)
    except ValidationError:
        problems.append(FieldError("email", "invalid", str(_("Give an e-mail address that you can read."))))
    if fields.kind not in Takedown.Kind.values:
        problems.append(FieldError("kind", "not_a_choice", str(_("Choose what it is about."))))
    if not fields.name.strip() or len(fields.name) > 120:
        problems.append(FieldError("name", "required", str(_("Say who you are, in at most 120 characters."))))
    if not SHORTEST <= len(fields.what.strip()) <= 4000:
        problems.append(
            FieldError(
                "what",
                "too_short",
                str(_("Say what is yours and where it stands, in 20 to 4,000 characters.")),
            )
        )
    if not fields.sworn:
        problems.append(FieldError("sworn", "required", str(_("Confirm that what you say is true."))))
    if any("\x00" in text for text in (fields.name, fields.what, fields.on_behalf_of, fields.listing)):
        problems.append(
            FieldError("what", "forbidden_character", str(_("Remove characters that cannot be stored.")))
        )
    if problems:
        raise InvalidInput(errors=problems)
    return fields
