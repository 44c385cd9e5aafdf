"""Recomputing the chain over an organisation's audit log, and saying what does not hold."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from kernel.tenancy import tenant_scope
from organisations.models import AuditEntry, AuditSeal, Organisation
from organisations.sealing import GENESIS, chain_hash, entry_hash, unsealed

BATCH = 1000
NEWEST = 50
# Entries are sealed within seconds; one that waits longer than this was forgotten.
PATIENCE = timedelta(hours=1)
MOST_NAMED = 100


@dataclass(slots=True)
class Verdict:
    """What was found in one organisation.

    Attributes:
        links: how many links hold.
        head: the number and hash of the newest link: kept elsewhere, they also show a chain that was cut at its end.
        problems: one sentence each.
        waiting: entries that are not sealed yet.
    """

    links: int = 0
    head: tuple[int, str] = (0, GENESIS)
    problems: list[str] = field(default_factory=list)
    waiting: int = 0


def verify_chain(organisation: Organisation) -> Verdict:
    """Recompute every link from its entry and the link before it, in constant memory."""
    verdict = Verdict()
    for link, entry in _links(organisation):
        found = _look_at(link, entry, verdict.head)
        verdict.links += not found
        verdict.problems += found
        verdict.head = (link.number, link.chain_hash)
    with tenant_scope(organisation):
        verdict.waiting = unsealed(organisation).count()
        forgotten = unsealed(organisation).filter(created_at__lt=timezone.now() - PATIENCE)[:MOST_NAMED]
        verdict.problems += [_unsealed_sentence(entry) for entry in forgotten]
    return verdict


@dataclass(frozen=True, slots=True)
class Newest:
    """How the end of a chain stands: its newest link, and whether the last links hold."""

    link: AuditSeal | None
    holds: bool
    looked_at: int


def look_at_newest(organisation: Organisation) -> Newest:
    """Recompute the newest links of a chain, for a page, inside the organisation's scope."""
    rows = AuditSeal.objects.for_organisation(organisation).order_by("-number")
    links = list(rows[: NEWEST + 1])
    if not links:
        return Newest(None, holds=True, looked_at=0)
    entries = AuditEntry.objects.for_organisation(organisation).in_bulk([link.entry_id for link in links])
    oldest = links.pop() if len(links) > NEWEST else None
    head = (oldest.number, oldest.chain_hash) if oldest else (0, GENESIS)
    holds = True
    for link in reversed(links):
        holds = holds and not _look_at(link, entries.get(link.entry_id), head)
        head = (link.number, link.chain_hash)
    return Newest(links[0], holds=holds, looked_at=len(links))


def _links(organisation: Organisation) -> Iterator[tuple[AuditSeal, AuditEntry | None]]:
    # By number and then by id: two links of one number, which no constraint would let in, are both seen.
    number, key = -1, -1
    while True:
        with tenant_scope(organisation):
            rows = AuditSeal.objects.for_organisation(organisation).filter(number__gte=number)
            after = rows.exclude(number=number, pk__lte=key).order_by("number", "pk")
            links = list(after[:BATCH])
            wanted = [link.entry_id for link in links]
            entries = AuditEntry.objects.for_organisation(organisation).in_bulk(wanted)
        yield from ((link, entries.get(link.entry_id)) for link in links)
        if len(links) < BATCH:
            return
        number, key = links[-1].number, links[-1].pk


def _look_at(link: AuditSeal, entry: AuditEntry | None, head: tuple[int, str]) -> list[str]:
    number, previous = head
    found = []
    if link.number == number:
        found.append(_("Link %(number)s is there twice: the chain forks.") % {"number": number})
    elif link.number != number + 1:
        words = {"first": number + 1, "last": link.number - 1}
        found.append(_("Links %(first)s to %(last)s are missing: the chain has a gap.") % words)
    elif chain_hash(previous, link.number, link.entry_hash) != link.chain_hash:
        found.append(
            _("Link %(number)s does not follow from the link before it: one of the two was changed.")
            % {"number": link.number}
        )
    return found + _look_at_entry(link, entry)


def _look_at_entry(link: AuditSeal, entry: AuditEntry | None) -> list[str]:
    if entry is None:
        gone = {"number": link.number, "row": link.entry_id}
        return [_("The entry of link %(number)s (row %(row)s) is missing: it was deleted.") % gone]
    if entry_hash(entry) != link.entry_hash:
        words = {"entry": entry.public_id, "number": str(link.number), "action": entry.action}
        return [_("Entry %(entry)s (link %(number)s, %(action)s) was changed after it was sealed.") % words]
    return []


def _unsealed_sentence(entry: AuditEntry) -> str:
    words = {"entry": entry.public_id, "time": entry.created_at.isoformat(timespec="seconds")}
    return _("Entry %(entry)s of %(time)s is not sealed: let a worker run, then look again.") % words
