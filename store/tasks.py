"""Background work of the store."""

from typing import Any

from celery import shared_task

from store.actions.check_domain import look_at_domain, look_at_due_domains
from store.actions.count_share_opening import count_share_opening
from store.actions.count_turns import count_turns
from store.actions.drop_old_counts import drop_old_counts
from store.actions.drop_old_words import drop_old_words
from store.actions.embed_entries import embed_entries
from store.actions.find_neighbours import find_neighbours
from store.actions.flush_visits import flush_visits
from store.actions.go_on_telling import go_on_telling
from store.actions.lapse_removals import lapse_removals
from store.actions.recheck_listing import audit_due_listings, scan_knowledge
from store.actions.refresh_prior import refresh_prior
from store.actions.send_proof_mail import send_proof_mail
from store.actions.send_takedown_mail import (
    send_takedown_link,
    send_takedown_outcome,
    send_takedown_receipt,
)
from store.actions.settle_burst import settle_burst, settle_bursts
from store.actions.tell_followers import tell_followers
from store.actions.tell_moderators import tell_moderators
from store.demo.publish import publish_demo_assistant

ATTEMPTS, PAUSE = 300, 2
MAIL_ATTEMPTS = 5


@shared_task(name="store.publish_demo_assistant", bind=True, max_retries=ATTEMPTS, default_retry_delay=PAUSE)
def publish_demo_assistant_task(self: Any, email: str, slug: str) -> None:
    if not publish_demo_assistant(email=email, slug=slug):
        raise self.retry()


@shared_task(name="store.lapse_removals")
def lapse_removals_task() -> None:
    lapse_removals()


@shared_task(name="store.audit_listings")
def audit_listings_task() -> None:
    audit_due_listings()


@shared_task(name="store.scan_knowledge")
def scan_knowledge_task(organisation_id: int, publication_id: str) -> None:
    scan_knowledge(organisation_id=organisation_id, publication_id=publication_id)


@shared_task(name="store.send_takedown_link")
def send_takedown_link_task(organisation_id: int, takedown_id: str) -> None:
    send_takedown_link(organisation_id=organisation_id, takedown_id=takedown_id)


@shared_task(
    name="store.send_takedown_receipt", autoretry_for=(OSError,), retry_backoff=30, max_retries=MAIL_ATTEMPTS
)
def send_takedown_receipt_task(organisation_id: int, takedown_id: str) -> None:
    send_takedown_receipt(organisation_id=organisation_id, takedown_id=takedown_id)


@shared_task(
    name="store.send_takedown_outcome", autoretry_for=(OSError,), retry_backoff=30, max_retries=MAIL_ATTEMPTS
)
def send_takedown_outcome_task(organisation_id: int, takedown_id: str) -> None:
    send_takedown_outcome(organisation_id=organisation_id, takedown_id=takedown_id)


@shared_task(name="store.embed_entries")
def embed_entries_task() -> None:
    embed_entries()


@shared_task(name="store.count_turns")
def count_turns_task() -> None:
    count_turns()


@shared_task(name="store.flush_visits")
def flush_visits_task() -> None:
    flush_visits()


@shared_task(name="store.find_neighbours")
def find_neighbours_task() -> None:
    find_neighbours()


@shared_task(name="store.drop_old_counts")
def drop_old_counts_task() -> None:
    drop_old_counts()


@shared_task(name="store.drop_old_words")
def drop_old_words_task() -> None:
    drop_old_words()


@shared_task(name="store.refresh_prior")
def refresh_prior_task() -> None:
    refresh_prior()


@shared_task(name="store.look_at_domain")
def look_at_domain_task(organisation_id: int, proof_id: str) -> None:
    look_at_domain(organisation_id=organisation_id, proof_id=proof_id)


@shared_task(name="store.look_at_due_domains")
def look_at_due_domains_task() -> None:
    look_at_due_domains()


@shared_task(name="store.send_proof_mail")
def send_proof_mail_task(organisation_id: int, proof_id: str, language: str) -> None:
    send_proof_mail(organisation_id=organisation_id, proof_id=proof_id, language=language)


@shared_task(name="store.tell_moderators")
def tell_moderators_task() -> None:
    tell_moderators()


@shared_task(name="store.settle_burst")
def settle_burst_task(organisation_id: int, case_id: str) -> None:
    settle_burst(organisation_id=organisation_id, case_id=case_id)


@shared_task(name="store.go_on")
def go_on_task() -> None:
    settle_bursts()
    go_on_telling()


@shared_task(name="store.tell_followers")
def tell_followers_task(organisation_id: int, listing_id: str, kind: str, widening_id: int = 0) -> None:
    tell_followers(organisation_id=organisation_id, listing_id=listing_id, kind=kind, widening_id=widening_id)


@shared_task(name="store.count_share_opening")
def count_share_opening_task(organisation: int, link: str) -> None:
    count_share_opening(organisation_id=organisation, link_id=link)
