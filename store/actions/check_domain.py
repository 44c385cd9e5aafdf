"""Look whether a domain's TXT record says what it has to."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from kernel.actions import entry_action
from kernel.egress import NameLookupError, txt_records
from kernel.jobs import enqueue_after_commit
from kernel.outbox import publish_event
from kernel.ratelimit import Limit, take
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actors import Actor
from organisations.permissions import Permission, require
from store.actions.spread_verification import note_lost, note_proved
from store.creators.domains import (
    EMAIL_LASTS,
    EMAIL_NOTICE,
    MISSES,
    MISSING,
    OTHER,
    SILENT,
    record_name,
)
from store.creators.queries import access_proof
from store.models import DomainProof

LOOKS = Limit(30, 3600)
# Proved domains are looked at daily; those that wait every quarter of an hour for three days.
AGAIN, SOON, WAITS_FOR = timedelta(hours=23), timedelta(minutes=15), timedelta(days=3)
# Servers that say nothing for so long count like a record that is gone.
SILENCE = timedelta(days=7)
A_MISS = timedelta(hours=20)
BATCH = 1000
State, Method = DomainProof.State, DomainProof.Method


def check_domain(*, actor: Actor, proof_id: str) -> DomainProof:
    """Ask for a look at a domain's record now; a job does it, and the proof says what came of it.

    Raises:
        PermissionDenied: the actor may not change the organisation's settings.
        NotFound: the organisation has no such domain.
        RateLimited: too many looks in an hour.
    """
    require(actor, Permission.MANAGE_ORGANISATION)
    take(f"store:looks:{actor.organisation.pk}", LOOKS)
    return _ask_for_look(actor=actor, proof_id=proof_id)


@entry_action
def _ask_for_look(*, actor: Actor, proof_id: str) -> DomainProof:
    proof = access_proof(actor, proof_id, lock=True)
    if proof.method == Method.DNS:
        proof.checking_at = timezone.now()
        proof.save(update_fields=["checking_at"])
        enqueue_after_commit(
            "store.look_at_domain", organisation_id=proof.organisation_id, proof_id=proof.public_id
        )
    return proof


def look_at_domain(*, organisation_id: int, proof_id: str) -> str:
    """Look at a record and keep what was found; returns the proof's state, empty where it is gone."""
    with tenant_scope(organisation_id):
        rows = DomainProof.objects.for_organisation(organisation_id).filter(public_id=proof_id)
        proof: DomainProof | None = rows.first()
    if proof is None:
        return ""
    problem = _looked_up(proof) if proof.method == Method.DNS else ""
    with tenant_scope(organisation_id, durable=True):
        held = rows.select_related("organisation").select_for_update(of=("self",)).first()
        if held is None:
            return ""
        last, held.checked_at, held.checking_at = held.checked_at, timezone.now(), None
        if held.method == Method.EMAIL:
            _age(held)
        elif problem:
            _note_missed(held, problem, last)
        else:
            note_proved(held)
        return str(held.state)


def look_at_due_domains() -> int:
    """Have every domain looked at whose turn it is; returns how many."""
    now, reason = timezone.now(), "domains of all organisations are looked at"
    waiting = Q(state=State.PENDING, method=Method.DNS, created_at__gt=now - WAITS_FOR) & (
        Q(checked_at=None) | Q(checked_at__lt=now - SOON)
    )
    with across_organisations(reason=reason, durable=True):
        rows = DomainProof.objects.across_organisations(reason=reason).filter(
            Q(state=State.PROVED, checked_at__lt=now - AGAIN) | waiting
        )
        due = list(rows.order_by("checked_at").values_list("organisation_id", "public_id")[:BATCH])
        for organisation_id, proof_id in due:
            enqueue_after_commit("store.look_at_domain", organisation_id=organisation_id, proof_id=proof_id)
    return len(due)


def _looked_up(proof: DomainProof) -> str:
    try:
        found = [text.strip() for text in txt_records(record_name(proof.domain))]
    except NameLookupError:
        return SILENT
    if proof.challenge in found:
        return ""
    return OTHER if found else MISSING


def _note_missed(proof: DomainProof, problem: str, last: datetime | None) -> None:
    proof.problem = problem
    silent = problem == SILENT and proof.seen_at and proof.seen_at > timezone.now() - SILENCE
    # Somebody who asks for a look again and again loses nothing by it: one miss a day counts.
    again = proof.misses and last and last > timezone.now() - A_MISS
    if proof.state != State.PROVED or silent or again:
        proof.save()
        return
    proof.misses += 1
    _warn_or_end(proof)


def _age(proof: DomainProof) -> None:
    age = timezone.now() - (proof.proved_at or timezone.now())
    if (
        proof.state != State.PROVED
        or age < EMAIL_LASTS - EMAIL_NOTICE
        or (proof.misses and age < EMAIL_LASTS)
    ):
        proof.save()
        return
    proof.misses = MISSES if age >= EMAIL_LASTS else 1
    _warn_or_end(proof)


def _warn_or_end(proof: DomainProof) -> None:
    if proof.misses >= MISSES:
        note_lost(proof)
        return
    proof.save()
    if proof.misses == 1:
        payload = {"domain": proof.domain, "proof": proof.public_id}
        publish_event(proof.organisation, "domain.missed", payload)
