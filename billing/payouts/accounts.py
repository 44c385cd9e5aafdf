"""What Stripe says of a creator's account, in plain words; and changing where an organisation is paid to."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from billing.models import PayoutAccount
from billing.payouts.queries import account_of
from kernel.actions import assert_in_action
from kernel.jobs import enqueue_after_commit
from kernel.outbox import publish_event
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Organisation

# https://docs.stripe.com/api/accounts/object#account_object-requirements: the first words that fit.
MISSING: tuple[tuple[str, str | Promise], ...] = (
    ("external_account", _("A bank account that you are paid to")),
    ("tos_acceptance", _("Your agreement to Stripe's terms")),
    ("verification.additional_document", _("A second document that shows your address")),
    ("verification.document", _("A picture of an identity document")),
    ("verification.proof_of_liveness", _("A picture of yourself, to compare with the document")),
    ("id_number", _("Your personal tax or identity number")),
    ("ssn_last_4", _("The last four digits of your social security number")),
    (".dob.", _("Your date of birth")),
    (".address.", _("Your address")),
    (".email", _("Your e-mail address")),
    (".phone", _("Your telephone number")),
    ("first_name", _("Your name")),
    ("last_name", _("Your name")),
    ("tax_id", _("The company's tax number")),
    ("business_profile", _("What you do, and where it can be seen")),
    ("business_type", _("Whether you are a person or a company")),
    ("owners", _("Who owns the company")),
    ("directors", _("Who directs the company")),
    ("representative", _("Who speaks for the company")),
    ("company", _("Details of the company")),
)
OTHER = _("A further detail that Stripe's page asks for")


def in_words(requirements: Iterable[str]) -> list[str]:
    """What Stripe still wants, each thing once."""
    found = (next((words for part, words in MISSING if part in f".{code}."), OTHER) for code in requirements)
    return list(dict.fromkeys(str(words) for words in found))


def put_account(actor: Actor, **values: Any) -> PayoutAccount:
    """End the account that an organisation is paid to, and set another; composed, in the organisation's scope.

    Nothing is paid to it for `PAYOUT_PAUSE_HOURS`, and everybody who looks after money is written to: whoever stole a session
    must not lead money elsewhere unseen. What finance holds stays held.
    """
    assert_in_action()
    before = locked_account_of(actor.organisation)
    now = timezone.now()
    if before is not None:
        PayoutAccount.objects.for_organisation(actor.organisation).filter(pk=before.pk).update(ended_at=now)
    made: PayoutAccount = PayoutAccount.objects.create(
        organisation=actor.organisation,
        paused_until=now + timedelta(hours=settings.PAYOUT_PAUSE_HOURS),
        held_since=before.held_since if before else None,
        held_reason=before.held_reason if before else "",
        **values,
    )
    record_audit(actor, "payout_account.changed", made, before=_shown(before), after=_shown(made))
    tell_of_change(made)
    return made


def locked_account_of(organisation: Organisation) -> PayoutAccount | None:
    """Where an organisation is paid to now; until the transaction ends nobody else changes it, also where there is none yet."""
    assert_in_action()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('payout account', %s))", [organisation.pk]
        )
    return account_of(organisation)


def tell_of_change(account: PayoutAccount) -> None:
    """Write to those who look after the organisation's money, whatever they chose to be told."""
    publish_event(account.organisation, "payout_account.changed", {"account": account.public_id})
    enqueue_after_commit("billing.mail_payout_account", key=account.pk)


def apply_stripe_account(account: PayoutAccount, found: dict[str, Any]) -> None:
    """Bring a row up to date with the account at Stripe, in an open transaction."""
    assert_in_action()
    was_ready, wanted = account.ready, account.requirements
    if found.get("deleted"):
        account.ready, account.requirements = False, []
        account.problem = str(_("The account was disconnected at Stripe."))
    else:
        wants = found.get("requirements") or {}
        due = [*wants.get("past_due", []), *wants.get("currently_due", [])]
        account.requirements = list(dict.fromkeys(due))
        able = (found.get("capabilities") or {}).get("transfers") == "active"
        account.ready = bool(able and found.get("payouts_enabled"))
        account.problem = ""
        account.last4 = _last4(found) or account.last4
    account.save(update_fields=["ready", "requirements", "problem", "last4"])
    if account.ended_at is not None:
        return
    if account.ready and not was_ready:
        publish_event(account.organisation, "payout_account.ready", {"account": account.public_id})
    # Who is still on Stripe's page for the first time sees there what is missing.
    if not account.ready and (
        was_ready or (found.get("details_submitted") and account.requirements != wanted)
    ):
        publish_event(account.organisation, "payout_account.needs", {"account": account.public_id})


def _last4(found: dict[str, Any]) -> str:
    banks = (found.get("external_accounts") or {}).get("data") or []
    return str(banks[0].get("last4") or "")[:4] if banks else ""


def _shown(account: PayoutAccount | None) -> dict[str, Any]:
    if account is None:
        return {}
    return {"method": account.method, "country": account.country, "last4": account.last4}
