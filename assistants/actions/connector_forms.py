"""The form of a connector's client."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assistants.actions.connectors.catalogue import Connector

LONGEST_ID, LONGEST_SECRET, LONGEST_VALUE = 500, 8000, 300


class ConnectorClientForm(forms.Form):
    """What an organisation is known by at a service, with a field for each place in its addresses, called `values.…`.

    Args:
        kept: whether a secret is kept already, so that an empty field leaves it.
    """

    client_id = forms.CharField(
        label=_("Client ID"),
        max_length=LONGEST_ID,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "font-mono"}),
    )
    # A page never gives a secret back (render_value is off).
    client_secret = forms.CharField(
        label=_("Client secret"),
        max_length=LONGEST_SECRET,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, connector: Connector, kept: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        secret = self.fields["client_secret"]
        secret.required = not kept
        secret.help_text = (
            _("One is kept. Leave this empty to keep it.")
            if kept
            else _("It is encrypted at once and never shown again.")
        )
        for one in connector.values:
            self.fields[f"values.{one.name}"] = forms.CharField(
                label=one.label,
                help_text=one.help,
                max_length=LONGEST_VALUE,
                widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            )
