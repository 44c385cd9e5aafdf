"""Our row of a subscription, and the organisation's plan, brought to what the payment provider has now.

News come in any order: a row that ended stays ended, whatever is heard of it later.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.actions.put_on_plan import place_on_plan
from billing.models import OrganisationPlan, Plan, PlanPrice, StripeCustomer, Subscription, UsageMeter
from billing.payments.gateway import stripe_api
from billing.payments.webhooks import News, NewsRefused
from billing.subscriptions.queries import LIVE
from billing.wallet.country import country_of_session, note_country
from kernel.outbox import publish_event
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Organisation

WHY = "plans that are paid for"
NAME = "Payments"
State = Subscription.State
# https://docs.stripe.com/api/subscriptions/object#subscription_object-status
STATES = {
    "trialing": State.ACTIVE,
    "active": State.ACTIVE,
    "past_due": State.PAST_DUE,
    "unpaid": State.PAST_DUE,
    "paused": State.PAST_DUE,
    "canceled": State.ENDED,
    "incomplete_expired": State.ENDED,
}
# The provider tries no more, or was told to wait: the plan does not hold meanwhile.
WITHOUT_PLAN = ("unpaid", "paused")


def on_session(session: dict[str, Any], _news: News | None = None) -> None:
    """Somebody subscribed on a page of Checkout."""
    subscription = _id(session.get("subscription"))
    if subscription:
        sync(stripe_api().retrieve("subscription", subscription))
        with across_organisations(reason=WHY, durable=True):
            row = row_of(subscription, session.get("metadata") or {})
            if row is not None and row.state in LIVE:
                note_country(row.organisation_id, country_of_session(session))


def on_subscription(found: dict[str, Any], _news: News) -> None:
    """A subscription began, changed or ended."""
    sync(found)


def confirm_return(actor: Actor, session_id: str) -> Subscription | None:
    """Somebody came back from a Checkout page: ask the provider how it ended. Called outside of transactions.

    Raises:
        PaymentProviderDown: its news will tell later.
    """
    found = _of_session(actor, session_id)
    if found is None or found.state != State.OPEN:
        return found
    on_session(stripe_api().retrieve("checkout.session", session_id))
    return _of_session(actor, session_id)


def sync(found: dict[str, Any]) -> None:
    """Bring our row, and the plan, to what a subscription of the provider's says. Opens its own transaction.

    Raises:
        NewsRefused: it is another customer's, of a price that is none of our plans', or the organisation's second one.
    """
    with across_organisations(reason=WHY, durable=True):
        row = row_of(found["id"], found.get("metadata") or {})
        if row is None or row.state == State.ENDED:
            return
        state = STATES.get(found["status"])
        if state is None:  # the first payment is not through yet
            return
        if state != State.ENDED:
            _check(row, found)
        _bring(row, found, state)


def row_of(subscription_id: str, metadata: dict[str, Any]) -> Subscription | None:
    """Our row of a subscription, locked, in the open `across_organisations` transaction; None for one that is not ours."""
    rows = Subscription.objects.across_organisations(reason=WHY).select_related("plan")
    locked = rows.select_for_update(of=("self",))
    found: Subscription | None = locked.filter(subscription_id=subscription_id).first()
    named = str(metadata.get("subscription") or "")
    return found or locked.filter(public_id=named, subscription_id=None).first()


def end_grace(*, batch: int = 200) -> int:
    """Take plans away whose payment has failed for longer than the days of grace; returns how many.

    The subscription stays: as soon as it is paid the plan holds again.
    """
    with across_organisations(reason=WHY, durable=True):
        rows = Subscription.objects.across_organisations(reason=WHY).select_related("plan")
        late = rows.filter(state=State.PAST_DUE, grace_until__lt=timezone.now())
        return sum(_take_plan(row) for row in late.select_for_update(of=("self",), skip_locked=True)[:batch])


def grace_end() -> datetime:
    """Until when a plan holds whose payment fails now."""
    end: datetime = timezone.now() + timedelta(days=settings.PLAN_GRACE_DAYS)
    return end


def _check(row: Subscription, found: dict[str, Any]) -> None:
    known = StripeCustomer.objects.for_organisation(row.organisation_id).first()
    if known is None or known.customer_id != _id(found["customer"]):
        raise NewsRefused(reason=_("Another customer subscribed than was asked."))
    live = Subscription.objects.for_organisation(row.organisation_id).filter(state__in=LIVE)
    if live.exclude(pk=row.pk).exists():
        raise NewsRefused(
            reason=_("The organisation pays for another plan already. End one of the two, and pay it back.")
        )


def _bring(row: Subscription, found: dict[str, Any], state: str) -> None:
    before = (row.state, row.plan_id)
    row.subscription_id, row.state, row.ends = found["id"], state, bool(found["cancel_at_period_end"])
    if state == State.ENDED:
        row.ended_at, row.grace_until = timezone.now(), None
    else:
        _fill(row, found)
    row.save()
    moved = before != (row.state, row.plan_id)
    if state == State.ENDED or found["status"] in WITHOUT_PLAN:
        _take_plan(row)
    elif moved and state == State.ACTIVE:
        _give_plan(row, row.plan)
    if moved and state == State.ENDED and before[0] != State.OPEN:
        _tell(row, "subscription.ended")
    elif moved and before[0] == State.OPEN and state == State.ACTIVE:
        _tell(row, "subscription.started")


def _fill(row: Subscription, found: dict[str, Any]) -> None:
    item = _plan_item(found)
    price = PlanPrice.objects.select_related("plan").filter(price_id=item["price"]["id"]).first()
    if price is None:
        raise NewsRefused(reason=_("Its price is none of this installation's plans."))
    row.plan, row.amount, row.item_id = price.plan, price.amount, item["id"]
    prices = [one["price"]["id"] for one in found["items"]["data"]]
    row.metered = UsageMeter.objects.filter(price_id__in=prices).exists()
    row.period_end = datetime.fromtimestamp(int(item["current_period_end"]), UTC)
    row.started_at = row.started_at or timezone.now()
    if row.state == State.ACTIVE:
        row.grace_until = None
    else:
        row.grace_until = row.grace_until or grace_end()


def _plan_item(found: dict[str, Any]) -> dict[str, Any]:
    items: list[dict[str, Any]] = found["items"]["data"]
    return next(
        (item for item in items if (item["price"].get("recurring") or {}).get("usage_type") != "metered"),
        items[0],
    )


def _give_plan(row: Subscription, plan: Plan) -> None:
    organisation, before = _placed(row)
    if before is None or before.plan_id != plan.pk:
        _place(organisation, plan, before)


def _take_plan(row: Subscription) -> bool:
    """Back to the default plan, unless finance has put the organisation on another one meanwhile."""
    organisation, before = _placed(row)
    if before is None or before.plan_id != row.plan_id:
        return False
    _place(organisation, None, before)
    return True


def _placed(row: Subscription) -> tuple[Organisation, OrganisationPlan | None]:
    organisation = Organisation.objects.select_for_update(no_key=True).get(pk=row.organisation_id)
    before = OrganisationPlan.objects.for_organisation(organisation).select_related("plan").first()
    return organisation, before


def _place(organisation: Organisation, plan: Plan | None, before: OrganisationPlan | None) -> None:
    was = str(before or "")
    place_on_plan(organisation, plan, before)
    actor = Actor(user=None, organisation=organisation, service_account_name=NAME)
    record_audit(actor, "plan.changed", organisation, before={"plan": was}, after={"plan": str(plan or "")})


def _tell(row: Subscription, kind: str) -> None:
    organisation = Organisation.objects.get(pk=row.organisation_id)
    publish_event(organisation, kind, {"subscription": row.public_id})


def _of_session(actor: Actor, session_id: str) -> Subscription | None:
    with tenant_scope(actor.organisation):
        rows = Subscription.objects.for_organisation(actor.organisation).select_related("plan")
        found: Subscription | None = rows.filter(session_id=session_id[:255]).first()
        return found


def _id(value: Any) -> str:
    return str(value["id"] if isinstance(value, dict) else value or "")
