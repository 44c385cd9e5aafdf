"""Let Stripe pay an organisation: an account of its own there, which Stripe's page asks the rest for."""

from django.utils.translation import gettext_lazy as _

from billing.models import PayoutAccount
from billing.payments.errors import PaymentsOff
from billing.payments.gateway import payments_on, stripe_api
from billing.payouts.accounts import apply_stripe_account, locked_account_of, put_account
from billing.payouts.booking import WHY
from billing.payouts.countries import COUNTRIES
from billing.payouts.queries import account_of
from kernel.actions import entry_action
from kernel.errors import Conflict, InvalidInput
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actors import Actor
from organisations.permissions import Permission, require

STRIPE = PayoutAccount.Method.STRIPE


class NoStripeAccount(Conflict):
    code = "no_stripe_account"
    user_message = _("There is no account at Stripe yet. Choose a country and set it up first.")


def connect_payout_account(*, actor: Actor, country: str, refresh_url: str, return_url: str) -> str:
    """Begin, or go on with, setting up an account at Stripe; gives the address of its page. Called outside of transactions.

    Our row is committed first, and its public id names the wish: a crash, or two people at once, make no second account.

    Args:
        country: two capital letters: where the organisation is at home. Another one than before makes a new account.

    Raises:
        PermissionDenied: the actor may not manage billing.
        InvalidInput: Stripe pays nobody there.
        PaymentsOff, PaymentProviderDown, PaymentRefused
    """
    if not payments_on():
        raise PaymentsOff
    account = _wish(actor=actor, country=country)
    account_id = account.account_id or _make(actor, account)
    link = stripe_api().account_link(account=account_id, refresh_url=refresh_url, return_url=return_url)
    return str(link["url"])


def refresh_payout_account(*, key: int) -> None:
    """Fetch an account from Stripe, and keep what it says. Called outside of transactions.

    Raises:
        PaymentsOff, PaymentProviderDown, PaymentRefused
    """
    with across_organisations(reason=WHY, durable=True):
        row = PayoutAccount.objects.across_organisations(reason=WHY).filter(pk=key).first()
    if row is None or not row.account_id:
        return
    found = stripe_api().retrieve("account", row.account_id)
    with across_organisations(reason=WHY, durable=True):
        rows = PayoutAccount.objects.across_organisations(reason=WHY).select_related("organisation")
        apply_stripe_account(rows.select_for_update(of=["self"], no_key=True).get(pk=key), found)


def stripe_pages(*, actor: Actor) -> str:
    """The address of an organisation's own pages at Stripe, good once. Called outside of transactions.

    Raises:
        PermissionDenied: the actor may not manage billing.
        NoStripeAccount: there is none, or it was never set up.
        PaymentsOff, PaymentProviderDown, PaymentRefused
    """
    require(actor, Permission.MANAGE_BILLING)
    with tenant_scope(actor.organisation, durable=True):
        account = account_of(actor.organisation)
    if account is None or not account.account_id:
        raise NoStripeAccount
    return str(stripe_api().login_link(account.account_id)["url"])


@entry_action
def _wish(*, actor: Actor, country: str) -> PayoutAccount:
    require(actor, Permission.MANAGE_BILLING)
    current = locked_account_of(actor.organisation)
    if current is not None and current.method == STRIPE and country in ("", current.country):
        return current
    if country not in COUNTRIES:
        raise InvalidInput.on("country", "unknown_country", _("Choose the country that you are at home in."))
    return put_account(actor, method=STRIPE, country=country)


def _make(actor: Actor, account: PayoutAccount) -> str:
    made = stripe_api().create_account(
        key=account.public_id,
        country=account.country,
        email=actor.user.email if actor.user else "",
        metadata={"organisation": actor.organisation.public_id},
    )
    with tenant_scope(actor.organisation, author=actor.authorship, durable=True):
        PayoutAccount.objects.for_organisation(actor.organisation).filter(pk=account.pk).update(
            account_id=made["id"]
        )
    return str(made["id"])
