"""Forms of API keys and of the service accounts that some of them act for."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel import registries
from kernel.money import MICRO
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.models import ServiceAccount
from organisations.permissions import PERMISSION_GROUPS, PERMISSION_LABELS, Permission

EXPIRIES = [("", _("Never")), ("30", _("In 30 days")), ("90", _("In 90 days")), ("365", _("In a year"))]
OVERLAPS = [
    ("0", _("At once")),
    ("1", _("In an hour")),
    ("24", _("In a day")),
    ("168", _("In a week")),
    ("720", _("In 30 days")),
]


def permission_choices(actor: Actor, within: frozenset[Permission] | None = None) -> list[tuple[str, Any]]:
    """What the actor may hand on, out of `within`, in the order in which people read it."""
    ordered = [scope for _label, scopes in PERMISSION_GROUPS for scope in scopes if actor.can(scope)]
    return [(scope.value, PERMISSION_LABELS[scope]) for scope in ordered if within is None or scope in within]


class KeyForm(forms.Form):
    """A new API key, for the person or for a service account."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("What uses it, so that you recognise it later.")
    )
    scopes = forms.MultipleChoiceField(label=_("It may"), widget=forms.CheckboxSelectMultiple)
    expires = forms.ChoiceField(label=_("It stops working"), choices=EXPIRIES, required=False, initial="90")
    budget = forms.DecimalField(
        required=False,
        min_value=Decimal("0.01"),
        max_digits=11,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01", "min": "0.01"}),
        help_text=_("What its answers may cost in a month. Empty: no limit but the organisation's."),
    )
    assistants = forms.MultipleChoiceField(
        label=_("Only these assistants"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: every assistant."),
    )

    def __init__(
        self, *args: Any, actor: Actor, account: ServiceAccount | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = permission_choices(actor, account.allowed if account else None)
        self.fields["scopes"].choices = choices  # type: ignore[attr-defined]
        self.fields["scopes"].initial = [value for value, _label in choices]
        with tenant_scope(actor.organisation):
            names = registries.assistant_names.get()(actor, None)
        self.fields["assistants"].choices = list(names.items())  # type: ignore[attr-defined]
        self.fields["budget"].label = _("Monthly budget (%(currency)s)") % {"currency": settings.CURRENCY}

    def chosen_scopes(self) -> list[Permission]:
        """The ticked permissions."""
        return [Permission(value) for value in self.cleaned_data["scopes"]]

    def expires_at(self) -> datetime | None:
        """When the key ends, or None for never."""
        days = self.cleaned_data["expires"]
        return timezone.now() + timedelta(days=int(days)) if days else None

    def budget_micro(self) -> int | None:
        """The budget in micro-units, or None."""
        budget: Decimal | None = self.cleaned_data["budget"]
        return None if budget is None else int(budget * MICRO)


class RotationForm(forms.Form):
    """When the old secret of a rotated key ends."""

    overlap_hours = forms.ChoiceField(label=_("The old secret stops working"), choices=OVERLAPS, initial="24")


class ServiceAccountForm(forms.Form):
    """A service account."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("The program or the job, as it appears in the audit log.")
    )
    permissions = forms.MultipleChoiceField(label=_("It may"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["permissions"].choices = permission_choices(actor)  # type: ignore[attr-defined]

    def chosen(self) -> list[Permission]:
        """The ticked permissions."""
        return [Permission(value) for value in self.cleaned_data["permissions"]]
