"""Somebody says where the organisation is billed."""

from django.utils.translation import gettext_lazy as _

from billing.models import Wallet
from billing.wallet.country import COUNTRIES, note_country
from kernel.actions import entry_action
from kernel.errors import InvalidInput
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


@entry_action
def set_billing_country(*, actor: Actor, country: str) -> None:
    """Keep where the organisation is billed; sales from now on name it. What was sold stays as it is.

    Args:
        country: two capital letters of ISO 3166-1.

    Raises:
        PermissionDenied: the actor does not look after the money.
        InvalidInput: there is no such country.
    """
    require(actor, Permission.MANAGE_BILLING)
    if country not in COUNTRIES:
        raise InvalidInput.on("country", "unknown_country", _("Choose the country that the bill goes to."))
    rows = Wallet.objects.for_organisation(actor.organisation)
    before = rows.values_list("country", flat=True).first() or ""
    if country != before:
        note_country(actor.organisation.pk, country)
        record_audit(
            actor,
            "wallet.country_changed",
            actor.organisation,
            before={"country": before},
            after={"country": country},
        )
