"""Forms of an organisation's own providers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from providers.known import known_regions
from providers.own_fields import LONGEST_ADDRESS, LONGEST_KEY, UNKNOWN_REGION, ModelInput
from providers.presets import presets


def _regions() -> list[tuple[str, Any]]:
    return [(UNKNOWN_REGION, _("Not known")), *((region, region) for region in known_regions())]


class _Fields(forms.Form):
    """What is wrong with an address or a key is found by the action."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("How people here will recognise it, for example OpenAI.")
    )
    base_url = forms.CharField(
        label=_("Address"),
        max_length=LONGEST_ADDRESS,
        required=False,
        help_text=_("Of its OpenAI-compatible interface, usually ending with /v1. Empty: the kind's own."),
    )
    key = forms.CharField(
        label=_("Key"),
        max_length=LONGEST_KEY,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("It is encrypted at once and never shown again."),
    )
    region = forms.ChoiceField(
        label=_("Where it runs"),
        choices=_regions,
        initial=UNKNOWN_REGION,
        required=False,
        help_text=_("A policy that names regions refuses models whose region is not known."),
    )


class ProviderForm(_Fields):
    """A provider and the key for it."""

    preset = forms.ChoiceField(
        label=_("Kind"),
        choices=lambda: [(preset.id, preset.label) for preset in presets().values()],
    )
    models = forms.CharField(
        label=_("Models"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One a line. Empty: those that it lists. Azure: the names of your deployments."),
    )

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        names = [name.strip() for name in self.cleaned_data["models"].splitlines()]
        chosen = [ModelInput(name) for name in names if name]
        return self.cleaned_data | {"models": chosen or None}


class ProviderEditForm(_Fields):
    """The same for one that is there: an empty key leaves the present one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].label = _("New key")
        self.fields["key"].help_text = _("Empty: the present one stays. A new one is tested at once.")
        self.fields["base_url"].required = True
        self.fields["base_url"].help_text = _("On the same host: assistants say where questions are sent.")

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        values = dict(self.cleaned_data)
        if not values["key"]:
            del values["key"]
        return values
