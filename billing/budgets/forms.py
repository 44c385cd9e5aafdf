"""Budgets as people type them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing.budgets.limits import MOST, MOST_GRACE, NAMED
from billing.models import Budget
from kernel.errors import FieldError, InvalidInput
from kernel.money import MICRO

Scope = Budget.Scope
KINDS = (
    (Scope.GROUP, _("Groups")),
    (Scope.MEMBER, pgettext_lazy("whose budgets", "People")),
    (Scope.KEY, _("API keys")),
    (Scope.ASSISTANT, _("Assistants")),
)


class LimitForm(forms.Form):
    """How much, and what happens there."""

    limit = forms.DecimalField(
        label=_("A month"),
        min_value=0,
        max_value=MOST // MICRO,
        decimal_places=4,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    hard = forms.TypedChoiceField(
        label=_("When it is spent"),
        choices=(("yes", _("Answers stop")), ("no", _("Only tell"))),
        coerce=lambda value: value == "yes",
        initial="yes",
    )
    grace_percent = forms.IntegerField(
        label=_("Grace, in percent"), min_value=0, max_value=MOST_GRACE, required=False
    )

    def values(self) -> dict[str, Any]:
        """What the actions take.

        Raises:
            InvalidInput: something typed is wrong.
        """
        if not self.is_valid():
            raise InvalidInput(
                errors=[FieldError(name, "invalid", str(texts[0])) for name, texts in self.errors.items()]
            )
        data = self.cleaned_data
        limit: Decimal = data["limit"]
        return {
            "limit": int(limit * MICRO),
            "hard": data["hard"],
            "grace_percent": data["grace_percent"] or 0,
        }


class BudgetForm(LimitForm):
    """A new budget. `whose` is a scope, or a scope and a public id."""

    whose = forms.ChoiceField(label=_("Whose"))
    field_order = ("whose", "limit", "hard", "grace_percent")

    def __init__(self, data: Any = None, *, subjects: Sequence[tuple[str, str]], **given: Any) -> None:
        super().__init__(data, **given)
        choices: list[Any] = [
            (Scope.ORGANISATION.value, Scope.ORGANISATION.label),
            (Scope.EACH_MEMBER.value, Scope.EACH_MEMBER.label),
        ]
        for scope, label in KINDS:
            some = [(key, name) for key, name in subjects if key.startswith(f"{scope.value}:")]
            if some:
                choices.append((label, some))
        self.fields["whose"].choices = choices  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What the action takes, whose it is among it."""
        values = super().values()
        scope, _colon, subject = self.cleaned_data["whose"].partition(":")
        return values | {"scope": scope, "subject": subject if scope in NAMED else ""}
