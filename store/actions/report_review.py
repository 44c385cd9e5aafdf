"""Report a review: whoever reads it may find something wrong with it, also its listing's creator."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.queries import email_is_verified
from kernel.errors import InvalidInput
from kernel.ratelimit import Limit, take
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.permissions import Permission, require, require_person
from store.actions.hold_review import hold_review
from store.models import Listing, Report
from store.moderation.reasons import REPORT_REASONS
from store.moderation.reporting import weight_of
from store.queries import visible_listing
from store.reviews.brigades import YOUNG
from store.reviews.queries import visible_review
from store.reviews.words import checked_text

A_DAY = Limit(20, 24 * 3600)
LONGEST = 2000
# From so much weight of reports on moderators look; one confirmed account that is not new reaches it.
ENOUGH = 1.0


def report_review(*, actor: Actor, slug: str, review_id: str, reason: str, text: str = "") -> Report:
    """Say that something is wrong with a review. It stays where it is until a moderator has decided.

    Neither its author nor the creator learns who reported it. Reporting again changes what was said; it counts once.

    Raises:
        PermissionDenied, PersonNeeded: the actor may not use assistants, or is a machine.
        NotFound: there is no such listing or review for this person.
        InvalidInput: no such reason, or too many words.
        RateLimited: they reported very much today.
    """
    require(actor, Permission.USE_ASSISTANTS)
    person = require_person(actor)
    if reason not in REPORT_REASONS:
        message = str(_("Choose one of: %(choices)s.")) % {"choices": ", ".join(REPORT_REASONS)}
        raise InvalidInput.on("reason", "not_a_choice", message)
    words = checked_text(text, longest=LONGEST)
    with tenant_scope(actor.organisation):
        listing = visible_listing(actor, slug)
        review = visible_review(listing, review_id)
    take(f"reports:{person.pk}", A_DAY)
    age = timezone.now() - person.created_at
    own = listing.organisation_id == actor.organisation.pk
    weight = weight_of(age, confirmed=email_is_verified(person), own=own, trust=1.0)
    with tenant_scope(listing.organisation_id, durable=True):
        rows = Listing.unscoped.select_related("organisation", "publication").select_for_update(of=("self",))
        held = rows.get(pk=listing.pk)
        report, _made = Report.unscoped.update_or_create(
            organisation_id=held.organisation_id,
            listing=held,
            review=review,
            user=person,
            defaults={
                "reason": reason,
                "text": words,
                "weight": weight,
                "from_organisation": actor.organisation.pk,
                "is_young": age < YOUNG,
            },
        )
        reports = Report.objects.for_organisation(held.organisation_id).filter(review=review)
        if sum(reports.values_list("weight", flat=True)) >= ENOUGH:
            reports.update(case=hold_review(review, held, ["reported"]))
    return report
