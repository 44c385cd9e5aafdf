"""What people are told about reviews, feedback, creators and proofs."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from assistants.building.queries import RESOURCE
from kernel.registries import NotificationKind
from organisations.permissions import Level, Permission
from organisations.recipients import members_who_may, people_with_grant
from store.models import CreatorPage, Follow, Listing

Notices = Iterator[tuple[int, list[Any], list[Any] | None, str]]


def _to_makers(organisation_id: int, payload: dict[str, Any], said: str) -> Notices:
    rows = Listing.objects.for_organisation(organisation_id).select_related("publication__assistant")
    listing: Listing | None = rows.filter(public_id=payload["listing"]).first()
    if listing is None:
        return
    assistant = listing.publication.assistant.public_id
    words = {"name": listing.name, "stars": payload.get("stars", 0)}
    for user_id in people_with_grant(organisation_id, RESOURCE, assistant, Level.OWN):
        yield user_id, [said, words], None, reverse("store:inbox", args=[assistant])


def _review(organisation_id: int, payload: dict[str, Any]) -> Notices:
    return _to_makers(
        organisation_id, payload, gettext_noop("A new review of %(name)s: %(stars)s of 5 stars")
    )


def _feedback(organisation_id: int, payload: dict[str, Any]) -> Notices:
    return _to_makers(organisation_id, payload, gettext_noop("Somebody wrote to you about %(name)s"))


def _reply(organisation_id: int, payload: dict[str, Any]) -> Notices:
    title = [
        gettext_noop("%(name)s replied to your review of %(listing)s"),
        {"name": payload["name"], "listing": payload["listing"]},
    ]
    yield payload["user"], title, None, f"{reverse('store:listing', args=[payload['slug']])}#reviews"


def _to_followers(organisation_id: int, payload: dict[str, Any], said: str) -> Notices:
    rows = Follow.objects.for_organisation(organisation_id).filter(creator_id=payload["creator"])
    title = [said, {"name": payload["name"], "listing": payload["listing"]}]
    for user_id in rows.values_list("user_id", flat=True):
        yield user_id, title, None, reverse("store:listing", args=[payload["slug"]])


def _listed(organisation_id: int, payload: dict[str, Any]) -> Notices:
    return _to_followers(organisation_id, payload, gettext_noop("%(name)s published %(listing)s"))


def _widened(organisation_id: int, payload: dict[str, Any]) -> Notices:
    said = gettext_noop("%(listing)s by %(name)s reaches further than before: read what changed")
    return _to_followers(organisation_id, payload, said)


def _milestone(organisation_id: int, payload: dict[str, Any]) -> Notices:
    page = CreatorPage.objects.for_organisation(organisation_id).first()
    title = [gettext_noop("%(count)s people follow you now"), {"count": payload["count"]}]
    if page is None:
        return
    for user_id in members_who_may(organisation_id, Permission.MANAGE_ORGANISATION):
        yield user_id, title, None, reverse("store:creator", args=[page.handle])


def _about_domain(said: str, more: str) -> Any:
    def notices(organisation_id: int, payload: dict[str, Any]) -> Notices:
        words = {"domain": payload["domain"]}
        for user_id in members_who_may(organisation_id, Permission.MANAGE_ORGANISATION):
            yield user_id, [said, words], [more, {}], reverse("store:creator_settings")

    return notices


KINDS = (
    NotificationKind(
        "review_written", _("A new review of your assistant"), "review.written", _review, "daily"
    ),
    NotificationKind(
        "feedback_sent", _("Private feedback about your assistant"), "feedback.sent", _feedback, "daily"
    ),
    NotificationKind("review_replied", _("A reply to your review"), "own_review.replied", _reply),
    NotificationKind(
        "creator_listed",
        _("A creator whom you follow publishes something"),
        "creator.listed",
        _listed,
        "daily",
    ),
    NotificationKind(
        "creator_widened",
        _("An assistant of a creator whom you follow reaches further"),
        "creator.widened",
        _widened,
        "daily",
    ),
    NotificationKind(
        "creator_milestone", _("How many people follow you"), "creator.milestone", _milestone, "off"
    ),
    NotificationKind(
        "domain_missed",
        _("The proof of a domain was not found"),
        "domain.missed",
        _about_domain(
            gettext_noop("The proof of %(domain)s was not found"),
            gettext_noop("Put it back within two days, or your verified mark goes."),
        ),
    ),
    NotificationKind(
        "domain_lost",
        _("A domain is not proved any more"),
        "domain.lost",
        _about_domain(
            gettext_noop("%(domain)s is not proved any more"),
            gettext_noop("Where no other domain is proved, your assistants have lost their verified mark."),
        ),
    ),
)
