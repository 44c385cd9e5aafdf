"""What a disclosure says that it did not say before, and telling those who rely on the listing.

A version never changes, and a disclosure is derived from it: so nothing widens without a new version.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from assistants.building.models import Publication
from kernel.actions import assert_in_action
from kernel.outbox import publish_event
from store.disclosing.claims import model_place
from store.models import Listing, Widening

EVENT, TOLD = "listing.widened", "pin.widened"
FOREVER = 1_000_000  # days
MOST_FIELDS_SHOWN = 8
SENTENCES: dict[str, str] = {
    "new_host": gettext_noop("It now calls %(subject)s, and sends there: %(detail)s."),
    "new_fields": gettext_noop("It now also sends to %(subject)s: %(detail)s."),
    "new_writes": gettext_noop("It can now change things at %(subject)s; it asks you first."),
    "new_account": gettext_noop("Calls to %(subject)s are now signed with an account: %(detail)s."),
    "new_provider": gettext_noop("What you type now goes to %(subject)s."),
    "new_region": gettext_noop("%(subject)s now runs elsewhere: %(detail)s."),
    "kept_new": gettext_noop("This is kept now, and was not before: %(subject)s."),
    "kept_longer": gettext_noop("This is kept for longer: %(subject)s."),
    "new_viewers": gettext_noop("More can see what you type: %(subject)s."),
}
KEPT: dict[str, str | Promise] = {
    "conversations": gettext_lazy("chats"),
    "usage": gettext_lazy("how much is used"),
    "calls": gettext_lazy("what was called outside for you"),
}
VIEWERS: dict[str, str | Promise] = {
    "operator": gettext_lazy("whoever runs this server"),
    "model_provider": gettext_lazy("the provider of its model"),
    "creator_counts": gettext_lazy("its creator, as counts"),
    "outside_hosts": gettext_lazy("the services that it calls"),
}
ACCOUNTS: dict[str, str | Promise] = {
    "user": gettext_lazy("yours"),
    "organisation": gettext_lazy("its creator's"),
}
Disclosure = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a disclosure says newly.

    Attributes:
        code: one of `SENTENCES`. subject, detail: a host, a provider or a code; names are never translated.
    """

    code: str
    subject: str
    detail: str = ""


def widened(before: Disclosure, after: Disclosure) -> list[str]:
    """Codes of everything that a disclosure adds to an earlier one; none where it tells of the same or of less."""
    return list(dict.fromkeys(change.code for change in changes_between(before, after)))


def changes_between(before: Disclosure, after: Disclosure) -> list[Change]:
    """The same with what it is about, the gravest first."""
    return [
        *_of_hosts(before, after),
        *_of_models(before, after),
        *_of_storage(before, after),
        *(
            Change("new_viewers", code)
            for code in after.get("visible_to", [])
            if code not in before.get("visible_to", [])
        ),
    ]


def _of_hosts(before: Disclosure, after: Disclosure) -> Iterator[Change]:
    known = {host["host"]: host for host in before.get("hosts", [])}
    for host in after.get("hosts", []):
        name, old = host["host"], known.get(host["host"])
        if old is None:
            yield Change("new_host", name, _listed(host.get("fields", [])))
        elif fields := [one for one in host.get("fields", []) if one not in old.get("fields", [])]:
            yield Change("new_fields", name, _listed(fields))
        if host.get("writes") and not (old and old.get("writes")):
            yield Change("new_writes", name)
        if old is not None and host.get("account") and host["account"] != old.get("account"):
            yield Change("new_account", name, host["account"])


def _of_models(before: Disclosure, after: Disclosure) -> Iterator[Change]:
    known = {(model["provider"], model.get("host", "")) for model in before.get("models", [])}
    regions = {
        (model["provider"], model.get("host", "")): model.get("region", "")
        for model in before.get("models", [])
    }
    for model in after.get("models", []):
        place = (model["provider"], model.get("host", ""))
        if not model.get("host"):  # on this server: nothing goes anywhere
            continue
        if place not in known:
            known.add(place)
            yield Change("new_provider", model_place(model))
        elif place in regions and regions[place] != model.get("region", ""):
            yield Change("new_region", model["provider"], model.get("region", "") or "?")


def _of_storage(before: Disclosure, after: Disclosure) -> Iterator[Change]:
    known = {item["what"]: item.get("days") or FOREVER for item in before.get("stored", [])}
    for item in after.get("stored", []):
        if item["what"] not in known:
            yield Change("kept_new", item["what"])
        elif (item.get("days") or FOREVER) > known[item["what"]]:
            yield Change("kept_longer", item["what"])


def _listed(names: Sequence[str]) -> str:
    more = "…" if len(names) > MOST_FIELDS_SHOWN else ""
    return ", ".join(names[:MOST_FIELDS_SHOWN]) + more


def in_sentences(changes: Sequence[Mapping[str, str]]) -> list[str]:
    """Changes as they are kept, as sentences in the active language."""
    return [sentence_of(Change(**change)) for change in changes]


def sentence_of(change: Change) -> str:
    """A change in words."""
    subject: Any = change.subject
    detail: Any = change.detail or _("nothing")
    if change.code in ("kept_new", "kept_longer"):
        subject = KEPT.get(change.subject, change.subject)
    elif change.code == "new_viewers":
        subject = VIEWERS.get(change.subject, change.subject)
    elif change.code == "new_account":
        detail = ACCOUNTS.get(change.detail, change.detail)
    elif change.subject == "*":
        subject = _("web pages")
    return _(SENTENCES.get(change.code, change.code)) % {"subject": subject, "detail": detail}


def note_disclosure(listing: Listing, publication: Publication) -> None:
    """Remember what people are told about a live listing from now on; where that is more than before, announce it.

    In the open scope of their organisation. What is not live tells nobody anything: those who pinned it earlier are told
    when it comes back.
    """
    assert_in_action()
    told: dict[str, Any] = publication.disclosure or {}
    if not listing.is_live or told == listing.disclosed:
        return
    changes = changes_between(listing.disclosed, told) if listing.disclosed else []
    if changes:
        listing.widened_at = timezone.now()
        kept: Widening = Widening.objects.create(
            organisation_id=listing.organisation_id,
            listing=listing,
            version_number=listing.version_number,
            changes=[asdict(change) for change in changes],
        )
        codes = list(dict.fromkeys(change.code for change in changes))
        payload = {"listing": listing.public_id, "codes": codes, "widening": kept.pk}
        publish_event(listing.organisation, EVENT, payload)
    listing.disclosed = told
    listing.save(update_fields=["disclosed", "widened_at", "updated_at"])
