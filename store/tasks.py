"""Background work of the store."""

from typing import Any

from celery import shared_task

from store.actions.check_domain import look_at_domain, look_at_due_domains
from store.actions.count_share_opening import count_share_opening
from store.actions.count_turns import count_turns
from store.actions.drop_old_counts import drop_old_counts
from store.actions.find_neighbours import find_neighbours
from store.actions.flush_visits import flush_visits
from store.actions.lapse_removals import lapse_removals
from store.actions.recheck_listing import audit_due_listings, scan_knowledge
from store.actions.refresh_prior import refresh_prior
from store.actions.send_proof_mail import send_proof_mail
from store.actions.send_takedown_mail import send_takedown_link, send_takedown_outcome
from store.actions.tell_followers import tell_followers
from store.demo.publish import publish_demo_assistant

ATTEMPTS, PAUSE = 300, 2


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
def send_takedown_link_task(organisation_id: int, takedown_id: str, language: str) -> None:
    send_takedown_link(organisation_id=organisation_id, takedown_id=takedown_id, language=language)


@shared_task(name="store.send_takedown_outcome")
def send_takedown_outcome_task(organisation_id: int, takedown_id: str) -> None:
    send_takedown_outcome(organisation_id=organisation_id, takedown_id=takedown_id)


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


@shared_task(name="store.tell_followers")
def tell_followers_task(organisation_id: int, listing_id: str, kind: str) -> None:
    tell_followers(organisation_id=organisation_id, listing_id=listing_id, kind=kind)


@shared_task(name="store.count_share_opening")
def count_share_opening_task(organisation: int, link: str) -> None:
    count_share_opening(organisation_id=organisation, link_id=link)
