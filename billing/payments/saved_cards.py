"""Stripe's calls about cards that a customer keeps there, and charges without the customer: https://docs.stripe.com/api."""

from collections.abc import Mapping

from django.conf import settings

from billing.payments.amounts import currency, to_minor
from billing.payments.calls import Calls, Object
from billing.payments.errors import PaymentRefused


class SavedCardCalls(Calls):
    """Saving a payment method, and charging it."""

    def checkout_for_card(
        self, *, key: str, customer: str, success_url: str, cancel_url: str, metadata: Mapping[str, str]
    ) -> Object:
        """Open a page of Stripe's on which a customer leaves a payment method for later; its address is `url`."""
        given = {
            "mode": "setup",
            "currency": currency(),
            "customer": customer,
            "success_url": success_url,
            "cancel_url": cancel_url,
            "metadata": dict(metadata),
        }
        return self.create("checkout/sessions", given, key=key)

    def charge_saved(
        self,
        *,
        key: str,
        customer: str,
        method: str,
        amount: int,
        label: str,
        metadata: Mapping[str, str],
    ) -> Object:
        """Charge a saved payment method by an invoice, without the customer; gives the paid invoice.

        Each of its calls has a key of its own, so that doing it again goes on where it ended.

        Args:
            amount: micro-units, without tax.

        Raises:
            PaymentRefused: the bank said no, or wants the customer to confirm; the invoice is void.
            PaymentProviderDown: how it ended is not known. Do it again.
        """
        invoice = self.create(
            "invoices",
            {
                "customer": customer,
                "currency": currency(),
                "collection_method": "charge_automatically",
                "default_payment_method": method,
                "auto_advance": False,
                "pending_invoice_items_behavior": "exclude",
                "automatic_tax": {"enabled": settings.STRIPE_AUTOMATIC_TAX},
                "metadata": dict(metadata),
            },
            key=f"{key}-invoice",
        )
        item = {
            "customer": customer,
            "invoice": invoice["id"],
            "amount": to_minor(amount),
            "currency": currency(),
            "description": label,
            "tax_behavior": "exclusive",
        }
        self.create("invoiceitems", item, key=f"{key}-item")
        try:
            return self.create(f"invoices/{invoice['id']}/pay", {"off_session": True}, key=f"{key}-pay")
        except PaymentRefused:
            self.create(f"invoices/{invoice['id']}/void", {}, key=f"{key}-void")
            raise
