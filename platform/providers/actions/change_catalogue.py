"""What operators change in the catalogue of models."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Role, Staff, checked_reason, require_staff
from kernel.errors import Conflict, NotFound
from providers.catalogue import forget
from providers.models import Model, Price


class PriceThatDay(Conflict):
    code = "price_that_day"
    user_message = _(
        "There is a price from this day on already. Prices are never changed: choose a later day."
    )


class ReplacesItself(Conflict):
    code = "replaces_itself"
    user_message = _("That replacement leads back to %(model)s. Choose another one.")


def offer_model(*, staff: Staff, model_id: str, offered: bool, reason: str) -> Model:
    """Offer a model to people who build, or stop offering it: assistants that use it then answer with its replacement.

    Raises:
        NotYourTask: only operators may.
        InvalidInput: the reason is missing.
        NotFound: there is no such model.
    """
    require_staff(staff, Role.OPERATOR)
    why = checked_reason(reason)
    with transaction.atomic(durable=True):
        model = _access(model_id)
        model.offered = offered
        model.save(update_fields=["offered"])
        action = "model.offered" if offered else "model.withdrawn"
        record_staff_action(staff=staff.user, action=action, target=model, reason=why, ip=staff.ip)
    forget()
    return model


def set_ending(
    *, staff: Staff, model_id: str, shutdown_on: dt.date | None, replacement: str, reason: str
) -> Model:
    """Say when a model's provider switches it off, and which one then answers in its place.

    Args:
        replacement: another model's id, or its name at the same provider; empty for none.

    Raises:
        NotYourTask: only operators may.
        InvalidInput: the reason is missing.
        NotFound: there is no such model.
        ReplacesItself: the replacement leads back to the model.
    """
    require_staff(staff, Role.OPERATOR)
    why = checked_reason(reason)
    with transaction.atomic(durable=True):
        model = _access(model_id)
        model.shutdown_on, model.replacement = shutdown_on, replacement.strip()
        if _leads_back(model):
            raise ReplacesItself(model=str(model))
        model.save(update_fields=["shutdown_on", "replacement"])
        record_staff_action(
            staff=staff.user,
            action="model.ending_set",
            target=model,
            reason=why,
            ip=staff.ip,
            shutdown_on=shutdown_on.isoformat() if shutdown_on else None,
            replacement=model.replacement,
        )
    forget()
    return model


def _leads_back(model: Model) -> bool:
    seen, present = {str(model)}, model
    while present.replacement:
        following = _named(present)
        if following is None:
            return False
        if str(following) in seen:
            return True
        seen.add(str(following))
        present = following
    return False


def _named(model: Model) -> Model | None:
    rows = Model.objects.select_related("provider")
    beside = rows.filter(provider=model.provider, name=model.replacement).first()
    provider, _slash, name = model.replacement.partition("/")
    return beside or rows.filter(provider__slug=provider, name=name).first()


def add_price(
    *,
    staff: Staff,
    model_id: str,
    input_price: int,
    output_price: int,
    valid_from: dt.date,
    reason: str,
    cached_price: int | None = None,
    image_price: int = 0,
) -> Price:
    """Set what a model costs from a day on. Earlier prices stay: what was used keeps the price of its day.

    Args:
        input_price, output_price: micro-units of the installation's currency for a million tokens.
        cached_price: the same for input that the provider had kept from a call before; None where it costs as all input.
        image_price: micro-units for a picture that it makes, beside its tokens.
        valid_from: today or later.

    Raises:
        NotYourTask: only operators may.
        InvalidInput: the reason is missing.
        NotFound: there is no such model.
        PriceThatDay: the day has a price, or is over.
    """
    require_staff(staff, Role.OPERATOR)
    why = checked_reason(reason)
    with transaction.atomic(durable=True):
        model = _access(model_id)
        if valid_from < timezone.now().date() or model.prices.filter(valid_from=valid_from).exists():
            raise PriceThatDay
        price = Price.objects.create(
            model=model,
            currency=settings.CURRENCY,
            input_per_million=input_price,
            cached_per_million=cached_price,
            output_per_million=output_price,
            per_image=image_price,
            valid_from=valid_from,
            source=f"staff: {why}"[:200],
        )
        record_staff_action(
            staff=staff.user,
            action="price.added",
            target=model,
            reason=why,
            ip=staff.ip,
            input_per_million=input_price,
            cached_per_million=cached_price,
            output_per_million=output_price,
            per_image=image_price,
            valid_from=valid_from.isoformat(),
        )
    forget()
    return price


def _access(model_id: str) -> Model:
    model = Model.objects.select_for_update().filter(public_id=model_id).first()
    if model is None:
        raise NotFound
    return model
