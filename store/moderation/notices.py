"""What creators and reporters are told about decisions, and moderators about what waits."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from assistants.building.queries import RESOURCE
from kernel import registries
from kernel.registries import NotificationKind
from organisations.permissions import Level
from organisations.recipients import people_with_grant
from store.actions.tell_moderators import APPEALED, DUE, OPENED
from store.models import Listing
from store.moderation.people import MODERATORS, moderators
from store.moderation.reasons import reason_words

Notices = Iterator[tuple[int, list[Any], list[Any] | None, str]]
TITLES = {
    "listing.suspended": gettext_noop("%(name)s was taken out of the store"),
    "listing.rejected": gettext_noop("%(name)s was not taken into the store"),
    "listing.changes_requested": gettext_noop("Moderators ask for changes of %(name)s"),
    "listing.restored": gettext_noop("%(name)s is back"),
    "listing.appeal_refused": gettext_noop("Your appeal about %(name)s was refused"),
}


def _told(event: str) -> Any:
    def notices(organisation_id: int, payload: dict[str, Any]) -> Notices:
        rows = Listing.objects.for_organisation(organisation_id).select_related("publication__assistant")
        listing: Listing | None = rows.filter(public_id=payload["listing"]).first()
        if listing is None:
            return
        assistant = listing.publication.assistant_public_id
        title = [TITLES[event], {"name": listing.name}]
        address = reverse("building:assistant_publish", args=[assistant])
        for user_id in people_with_grant(organisation_id, RESOURCE, assistant, Level.OWN):
            yield user_id, title, body_of(payload), address

    return notices


def body_of(payload: dict[str, Any]) -> list[Any] | None:
    """The reasons and the moderators' words, as a notification keeps them: translated when they are read."""
    reasons = [reason for reason in reason_words(payload.get("reasons", [])) if reason.code != "other"]
    message = payload.get("message", "")
    named: dict[str, Any] = {f"reason{at}": [reason.msgid] for at, reason in enumerate(reasons[:2])}
    if not named:
        return [gettext_noop("The reason: %(reason)s"), {"reason": message}] if message else None
    forms = {
        (1, False): gettext_noop("The reason: %(reason0)s."),
        (2, False): gettext_noop("The reasons: %(reason0)s; %(reason1)s."),
        (1, True): gettext_noop("The reason: %(reason0)s. The moderators write: %(message)s"),
        (2, True): gettext_noop("The reasons: %(reason0)s; %(reason1)s. The moderators write: %(message)s"),
    }
    return [forms[len(named), bool(message)], named | ({"message": message} if message else {})]


def _thanked(_organisation_id: int, payload: dict[str, Any]) -> Notices:
    title = [gettext_noop("Thank you for your report about %(name)s"), {"name": payload["name"]}]
    body = [gettext_noop("Somebody looks at it. Its creator does not learn who reported it."), {}]
    yield payload["user"], title, body, reverse("store:home")


def _answered(_organisation_id: int, payload: dict[str, Any]) -> Notices:
    said = (
        gettext_noop("Your report about %(name)s helped: something was done")
        if payload["upheld"]
        else gettext_noop("Your report about %(name)s was looked at")
    )
    body = (
        [gettext_noop("Thank you. It was changed or taken down."), {}]
        if payload["upheld"]
        else [gettext_noop("Moderators found that it may stay as it is. Thank you for looking out."), {}]
    )
    yield payload["user"], [said, {"name": payload["name"]}], body, reverse("store:home")


def _waiting(one: str, many: str) -> Any:
    """To every moderator: a single case by its name, several by their number."""

    def notices(_organisation_id: int, payload: dict[str, Any]) -> Notices:
        single = payload["count"] == 1
        title = [one if single else many, {"count": payload["count"], "name": payload["name"]}]
        address = (
            reverse("store:case_detail", args=[payload["case"]]) if single else reverse("store:case_list")
        )
        for moderator in moderators():
            yield moderator.pk, title, None, address

    return notices


KINDS = (
    NotificationKind(
        "cases_opened",
        _("Moderation: new cases wait"),
        OPENED,
        _waiting(
            gettext_noop("%(name)s waits for a moderator"),
            gettext_noop("%(count)s new cases wait for moderators"),
        ),
        "daily",
        staff=frozenset(MODERATORS),
    ),
    NotificationKind(
        "cases_appealed",
        _("Moderation: somebody appeals"),
        APPEALED,
        _waiting(
            gettext_noop("A decision about %(name)s is appealed"),
            gettext_noop("%(count)s decisions are appealed"),
        ),
        staff=frozenset(MODERATORS),
    ),
    NotificationKind(
        "cases_due",
        _("Moderation: the time of takedown requests runs out"),
        DUE,
        _waiting(
            gettext_noop("The request to take %(name)s down has to be decided soon"),
            gettext_noop("%(count)s requests to take something down have to be decided soon"),
        ),
        staff=frozenset(MODERATORS),
    ),
    NotificationKind(
        "listing_suspended",
        _("Your assistant is taken out of the store"),
        "listing.suspended",
        _told("listing.suspended"),
    ),
    NotificationKind(
        "listing_rejected",
        _("Your assistant is not taken into the store"),
        "listing.rejected",
        _told("listing.rejected"),
    ),
    NotificationKind(
        "listing_changes",
        _("Moderators ask for changes"),
        "listing.changes_requested",
        _told("listing.changes_requested"),
    ),
    NotificationKind(
        "listing_restored", _("Your assistant is back"), "listing.restored", _told("listing.restored")
    ),
    NotificationKind(
        "appeal_refused",
        _("Your appeal is decided"),
        "listing.appeal_refused",
        _told("listing.appeal_refused"),
    ),
    NotificationKind("report_received", _("Your report has arrived"), "report.received", _thanked, "off"),
    NotificationKind("report_answered", _("Your report is decided"), "report.answered", _answered, "daily"),
)


def register() -> None:
    """Let events become notifications."""
    for kind in KINDS:
        registries.notification_kinds.register(kind)
