"""What people are told about their listings."""

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
from store.disclosing.widening import SENTENCES, TOLD
from store.models import Install, Listing, Use

Notices = Iterator[tuple[int, list[Any], list[Any] | None, str]]


def _about(organisation_id: int, payload: dict[str, Any], said: str) -> Notices:
    rows = Listing.objects.for_organisation(organisation_id).select_related("publication__assistant")
    listing: Listing | None = rows.filter(public_id=payload["listing"]).first()
    if listing is None:
        return
    reason = payload.get("reason", "")
    body = [gettext_noop("The reason: %(reason)s"), {"reason": reason}] if reason else None
    assistant = listing.publication.assistant.public_id
    for user_id in people_with_grant(organisation_id, RESOURCE, assistant, Level.OWN):
        yield (
            user_id,
            [said, {"name": listing.name}],
            body,
            reverse("store:listing", args=[listing.publication.slug]),
        )


def _live(organisation_id: int, payload: dict[str, Any]) -> Notices:
    return _about(organisation_id, payload, gettext_noop("%(name)s is listed"))


def _widened(organisation_id: int, payload: dict[str, Any]) -> Notices:
    """Those of an organisation who pinned or used a listing that now does more with their data."""
    pins = Install.objects.for_organisation(organisation_id).filter(listing_id=payload["listing"])
    uses = Use.objects.for_organisation(organisation_id).filter(publication_id=payload["publication"])
    title = [gettext_noop("%(name)s now does more with your data"), {"name": payload["name"]}]
    address = reverse("store:listing", args=[payload["slug"]])
    people = {*pins.values_list("user_id", flat=True), *uses.values_list("user_id", flat=True)}
    for user_id in sorted(people):
        yield user_id, title, _first_change(payload["changes"]), address


def _first_change(changes: list[dict[str, str]]) -> list[Any]:
    """The gravest change in words; what is named by a code has its words on the listing's page."""
    first = changes[0]
    if first["code"].startswith("new_") and first["code"] not in ("new_viewers", "new_account"):
        return [SENTENCES[first["code"]], {"subject": first["subject"], "detail": first["detail"] or "–"}]
    return [gettext_noop("Its page says what is new."), {}]


KINDS = (
    NotificationKind(
        "pin_widened", _("An assistant that you use does more with your data"), TOLD, _widened, "daily"
    ),
    NotificationKind("listing_live", _("Your assistant is listed"), "listing.live", _live, "off"),
)


def register() -> None:
    """Let events become notifications."""
    for kind in KINDS:
        registries.notification_kinds.register(kind)
