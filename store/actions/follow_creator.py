"""Follow a creator, or no longer."""

from django.db.models import F

from kernel.outbox import publish_event
from kernel.ratelimit import Limit, take
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actors import Actor
from organisations.permissions import Permission, require, require_person
from store.creators.queries import visible_page
from store.models import CreatorPage, Follow

A_DAY = Limit(200, 24 * 3600)
MILESTONES = (10, 50, 100, 500, 1000, 5000, 10_000, 50_000, 100_000)


def follow_creator(*, actor: Actor, handle: str, follow: bool = True) -> CreatorPage:
    """Let the person acting hear of a creator's new assistants, or no longer; twice changes nothing.

    Returns:
        the creator's page, with how many follow it now.

    Raises:
        PermissionDenied, PersonNeeded: the actor may not use assistants, or is a machine.
        NotFound: there is no such page for this person.
        RateLimited: they followed too many today.
    """
    require(actor, Permission.USE_ASSISTANTS)
    person = require_person(actor)
    take(f"store:follows:{person.pk}", A_DAY)
    with tenant_scope(actor.organisation, author=actor.authorship, durable=True):
        page = visible_page(actor, handle)
        if follow:
            Follow.unscoped.get_or_create(
                organisation=actor.organisation, user=person, creator_id=page.public_id
            )
        else:
            rows = Follow.objects.for_organisation(actor.organisation)
            rows.filter(user=person, creator_id=page.public_id).delete()
    page.followers = count_followers(creator_id=page.public_id)
    return page


def count_followers(*, creator_id: str) -> int:
    """Count the people who follow a creator anew, and tell of a milestone."""
    reason = "follows belong to their people's organisations, the page to the creator's"
    with across_organisations(reason=reason, durable=True):
        pages = CreatorPage.objects.across_organisations(reason=reason).select_for_update()
        page = pages.filter(public_id=creator_id).first()
        if page is None:
            return 0
        people = Follow.objects.across_organisations(reason=reason).filter(creator_id=creator_id)
        before, now = page.followers, people.values("user").distinct().count()
        CreatorPage.unscoped.filter(pk=page.pk).update(followers=now, updated_at=F("updated_at"))
        for milestone in MILESTONES:
            if before < milestone <= now:
                payload = {"creator": creator_id, "count": milestone}
                publish_event(page.organisation, "creator.milestone", payload)
    return now
