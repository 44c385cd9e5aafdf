"""Forms of registered databases."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from assistants.tools.databases.fields import LONGEST_PASSWORD, ROWS, SECONDS, USUAL
from assistants.tools.models import Database


class DatabaseForm(forms.Form):
    """A database and who may ask it. What is wrong with a field is found by the action."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("As people and assistants call it, for example Shop.")
    )
    description = forms.CharField(
        label=_("What is in it"),
        max_length=500,
        required=False,
        help_text=_("Assistants read this to know when to ask it."),
    )
    host = forms.CharField(label=_("Host"), max_length=255)
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=USUAL["port"])
    database = forms.CharField(label=_("Database"), max_length=63)
    user = forms.CharField(
        label=_("Role"),
        max_length=63,
        help_text=_("One that may only read. A role that may write is refused."),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=LONGEST_PASSWORD,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("It is encrypted at once and never shown again."),
    )
    sslmode = forms.ChoiceField(
        label=_("Encryption"),
        choices=(
            ("require", _("TLS")),
            ("verify-full", _("TLS, with the server's certificate checked")),
            ("disable", _("None: only for servers that the operator of this installation trusts")),
        ),
        initial=USUAL["sslmode"],
    )
    schemas = forms.CharField(
        label=_("Schemas"),
        max_length=1400,
        initial="public",
        help_text=_("Whose tables assistants are shown, with commas between them."),
    )
    timeout_seconds = forms.IntegerField(
        label=_("Seconds a statement may take"),
        min_value=SECONDS[0],
        max_value=SECONDS[1],
        initial=USUAL["timeout_seconds"],
    )
    most_rows = forms.IntegerField(
        label=_("Rows an answer may have"),
        min_value=ROWS[0],
        max_value=ROWS[1],
        initial=USUAL["most_rows"],
    )
    assistants = forms.MultipleChoiceField(
        label=_("Only for these assistants"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "None ticked: all of your organisation's, for its own people. Other people ask it only through a published"
            " assistant that is ticked here."
        ),
    )

    def __init__(
        self, *args: Any, names: Mapping[str, str], chosen: Sequence[str] = (), **kwargs: Any
    ) -> None:
        """Args:
        names: of the organisation's assistants, by public id. chosen: those that are ticked, gone ones among them.
        """
        super().__init__(*args, **kwargs)
        field = cast(forms.MultipleChoiceField, self.fields["assistants"])
        field.choices = [(key, names.get(key, key)) for key in dict.fromkeys([*chosen, *names])]

    def values(self) -> dict[str, Any]:
        """What the actions take; without a password where none was entered."""
        values: dict[str, Any] = dict(self.cleaned_data)
        values["schemas"] = [name.strip() for name in values["schemas"].split(",") if name.strip()]
        if not values["password"]:
            del values["password"]
        return values


class DatabaseEditForm(DatabaseForm):
    """The same for one that is there: an empty password leaves the present one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("New password")
        self.fields["password"].help_text = _("Empty: the present one stays.")


def initial_of(row: Database) -> dict[str, Any]:
    """What a form for a registered database begins with."""
    plain = {name: getattr(row, name) for name in DatabaseForm.base_fields if name != "password"}
    return plain | {"schemas": ", ".join(row.schemas)}
