"""Somebody says under which number the tax office knows the organisation."""

from django.utils.translation import gettext_lazy as _

from billing.models import TaxNumber
from billing.payments.gateway import is_live
from billing.payments.tax_numbers import (
    KINDS,
    customer_known,
    is_written_well,
    laid_out,
    put_at_stripe,
    take_from_stripe,
    tax_number_of,
    written,
)
from kernel.errors import InvalidInput
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


def set_tax_number(*, actor: Actor, kind: str, value: str) -> None:
    """Keep the number for receipts and, where the organisation is a customer of Stripe's, have it on its invoices.

    Stripe is told first, so that a number that it does not take changes nothing here.

    Args:
        kind: one of `tax_numbers.KINDS`. value: as people write it; empty for none.

    Raises:
        PermissionDenied: the actor does not look after the money.
        InvalidInput: there is no such kind, or its numbers are written otherwise.
        PaymentProviderDown, PaymentRefused: nothing was changed.
    """
    require(actor, Permission.MANAGE_BILLING)
    number = _checked(kind, written(value)) if written(value) else ""
    customer = customer_known(actor.organisation)
    with tenant_scope(actor.organisation):
        before = tax_number_of(actor.organisation)
    sent = _sent(before)
    if customer and number:
        sent = put_at_stripe(customer, kind, number, before=sent)
    elif customer and sent:
        take_from_stripe(customer, sent)
    _save(actor, before, kind, number, sent if customer and number else "")


def _sent(row: TaxNumber | None) -> str:
    return row.sent_id if row is not None and row.livemode == is_live() else ""


def _checked(kind: str, number: str) -> str:
    known = KINDS.get(kind)
    if known is None:
        raise InvalidInput.on("kind", "unknown_kind", _("Choose whose number it is."))
    if not is_written_well(kind, number):
        said = _("A number of this kind is written like %(example)s. Compare it with your papers.")
        raise InvalidInput.on("value", "not_written_well", said % {"example": known.example})
    return laid_out(kind, number)


def _save(actor: Actor, before: TaxNumber | None, kind: str, number: str, sent: str) -> None:
    was = {"tax_number": before.value} if before is not None else {}
    with tenant_scope(actor.organisation, author=actor.authorship, durable=True):
        rows = TaxNumber.objects.for_organisation(actor.organisation)
        if number:
            values = {
                "kind": kind,
                "value": number,
                "sent_id": sent,
                "livemode": is_live() if sent else None,
                "changed_by_id": actor.user_id,
            }
            rows.update_or_create(organisation=actor.organisation, defaults=values)
        else:
            rows.delete()
        if was.get("tax_number", "") != number:
            after = {"tax_number": number} if number else {}
            record_audit(actor, "wallet.tax_number_changed", actor.organisation, before=was, after=after)
