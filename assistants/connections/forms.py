"""Forms of connections."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assistants.connections.auth_settings import LONGEST_SECRET, Placement
from assistants.connections.given_key import fields_for


def _secret(label: Any, hint: Any = "") -> forms.CharField:
    # Whatever went wrong, a page never gives a secret back (render_value is off).
    widget = forms.PasswordInput(attrs={"autocomplete": "off"})
    return forms.CharField(
        label=label, max_length=LONGEST_SECRET, widget=widget, required=False, help_text=hint
    )


class KeyForm(forms.Form):
    """A key, or a user name and a password. What is wrong is found by the action.

    Args:
        address: what a key that is an address is called, and where people find it.
    """

    key = _secret(
        _("Key"), _("Copy it from the service's settings. It is encrypted at once and never shown again.")
    )
    username = forms.CharField(label=_("User name"), max_length=500, required=False)
    password = _secret(_("Password"), _("It is encrypted at once and never shown again."))

    def __init__(
        self, *args: Any, placement: Placement, address: tuple[str, str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if placement.where == "address":
            label, found = address or (_("Secret address"), "")
            self.fields["key"].label = label
            hint = _(
                "Whoever has this address can send to it, so it is encrypted at once and never shown again."
            )
            self.fields["key"].help_text = f"{found} {hint}".strip()
        for name in set(self.fields) - set(fields_for(placement)):
            del self.fields[name]
