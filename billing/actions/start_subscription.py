"""Somebody subscribes to a plan on the payment provider's page."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from billing.models import Plan, Subscription
from billing.payments.customers import customer_of
from billing.payments.gateway import PaymentRefused, stripe_api
from billing.subscriptions.prices import metered_price_of, price_of
from billing.subscriptions.queries import access_offered, subscription_of
from kernel.errors import Conflict
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require

State = Subscription.State


class AlreadySubscribed(Conflict):
    code = "already_subscribed"
    user_message = _("The organisation pays for the plan %(plan)s already. Change that one instead.")


def start_subscription(*, actor: Actor, plan_code: str) -> str:
    """Open a page of the payment provider's on which a plan is paid by the month; returns its address.

    Pages that were opened before and left are closed, so that nobody pays twice.

    Raises:
        PermissionDenied: the actor does not look after the money.
        NotFound: no plan of this code is offered for money.
        AlreadySubscribed: a plan is paid for.
        PaymentsOff, PaymentProviderDown, PaymentRefused
    """
    require(actor, Permission.MANAGE_BILLING)
    api = stripe_api()
    plan = access_offered(plan_code)
    with tenant_scope(actor.organisation):
        _refuse_second(actor)
        left = Subscription.objects.for_organisation(actor.organisation).filter(state=State.OPEN)
        pages = list(left.exclude(session_id=None).values_list("pk", "session_id"))
    for key, page in pages:
        _close(actor, key, page)
    prices = [{"price": price_of(plan), "quantity": 1}]
    if metered := metered_price_of(plan):
        prices.append({"price": metered})
    customer = customer_of(actor)
    row = _wanted(actor, plan)
    page_url = f"{settings.PUBLIC_URL}{reverse('billing:plans')}"
    session = api.checkout_for_subscription(
        key=row.public_id,
        customer=customer,
        prices=prices,
        success_url=f"{page_url}?session={{CHECKOUT_SESSION_ID}}",
        cancel_url=page_url,
        metadata={"subscription": row.public_id, "organisation": actor.organisation.public_id},
    )
    with tenant_scope(actor.organisation, author=actor.authorship, durable=True):
        Subscription.objects.for_organisation(actor.organisation).filter(pk=row.pk).update(
            session_id=session["id"]
        )
    return str(session["url"])


def _close(actor: Actor, key: int, page: str) -> None:
    try:
        stripe_api().expire_checkout(page)
    except PaymentRefused:  # it was paid, or has expired: its news say which
        return
    with tenant_scope(actor.organisation, author=actor.authorship, durable=True):
        rows = Subscription.objects.for_organisation(actor.organisation)
        rows.filter(pk=key, state=State.OPEN).update(state=State.ENDED)


def _wanted(actor: Actor, plan: Plan) -> Subscription:
    with tenant_scope(actor.organisation, author=actor.authorship, durable=True):
        _refuse_second(actor)
        row: Subscription = Subscription.objects.create(
            organisation=actor.organisation, user_id=actor.user_id, plan=plan, amount=plan.price
        )
        record_audit(actor, "subscription.started", row, plan=plan.name, amount=plan.price)
    return row


def _refuse_second(actor: Actor) -> None:
    found = subscription_of(actor.organisation)
    if found is not None:
        raise AlreadySubscribed(plan=found.plan.name)
