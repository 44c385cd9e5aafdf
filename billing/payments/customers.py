"""Who an organisation is at Stripe: made when it first pays, once."""

from billing.models import StripeCustomer
from billing.payments.gateway import is_live, stripe_api
from billing.payments.tax_numbers import send_tax_number
from kernel.tenancy import tenant_scope
from organisations.actors import Actor


def customer_of(actor: Actor) -> str:
    """Stripe's id of the actor's organisation. Called outside of transactions.

    Our row is committed first and its public id names the wish: a crash, or two people at once, make no second customer.

    Raises:
        PaymentsOff, PaymentProviderDown, PaymentRefused
    """
    organisation = actor.organisation
    with tenant_scope(organisation, author=actor.authorship, durable=True):
        row, _ = StripeCustomer.objects.for_organisation(organisation).get_or_create(
            organisation=organisation, livemode=is_live()
        )
    if row.customer_id:
        return str(row.customer_id)
    made = stripe_api().create_customer(
        key=row.public_id,
        name=organisation.name,
        email=actor.user.email if actor.user else "",
        metadata={"organisation": organisation.public_id},
    )
    with tenant_scope(organisation, author=actor.authorship, durable=True):
        rows = StripeCustomer.objects.for_organisation(organisation).filter(pk=row.pk)
        rows.update(customer_id=made["id"])
    send_tax_number(organisation, str(made["id"]))
    return str(made["id"])
