"""The forms of the pages of actions."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assistants.connections.auth_settings import LONGEST_SECRET
from assistants.connections.models import AuthProfile
from kernel.errors import DomainError

_OAUTH = (
    "grant",
    "authorization_url",
    "token_url",
    "revocation_url",
    "client_id",
    "token_auth",
    "audience",
    "resource",
)


def _secret(label: Any, hint: Any = "", **attributes: Any) -> forms.CharField:
    # A page never gives a secret back (render_value is off).
    widget = forms.PasswordInput(attrs={"autocomplete": "off", **attributes})
    return forms.CharField(
        label=label, max_length=LONGEST_SECRET, widget=widget, required=False, help_text=hint
    )


def _address(label: Any, hint: Any = "") -> forms.CharField:
    widget = forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(label=label, max_length=500, required=False, widget=widget, help_text=hint)


class ActionForm(forms.Form):
    """An action's name and words."""

    name = forms.CharField(label=_("Name"), max_length=120)
    description = forms.CharField(
        label=_("Description"),
        max_length=8000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "For people who look after this assistant. Models read the operations' own descriptions."
        ),
    )
    privacy_policy_url = forms.URLField(
        label=_("Privacy policy"),
        max_length=2000,
        required=False,
        assume_scheme="https",
        help_text=_("The address of the service's own. Needed to publish in the store."),
    )


class AuthForm(forms.Form):
    """How an action's calls are signed. What does not fit together is found by the action."""

    kind = forms.ChoiceField(
        label=_("Calls are signed with"), choices=AuthProfile.Kind, widget=forms.RadioSelect
    )
    owner = forms.ChoiceField(
        label=_("Whose account"), choices=AuthProfile.Owner, widget=forms.RadioSelect, required=False
    )
    where = forms.ChoiceField(
        label=_("Where the key stands"),
        choices=[
            ("bearer", _("Authorization: Bearer …")),
            ("basic", _("Authorization: Basic … (user name and password)")),
            ("header", _("A header of its own")),
            ("query", _("A parameter of the address")),
        ],
        required=False,
    )
    placement_name = forms.CharField(
        label=_("Name of the header or parameter"),
        max_length=80,
        required=False,
        widget=forms.TextInput(
            attrs={"placeholder": "X-API-Key", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    key = _secret(
        _("Key"), _("Encrypted at once and never shown again. Leave it empty to keep the present one.")
    )
    username = forms.CharField(label=_("User name"), max_length=500, required=False)
    password = _secret(_("Password"), _("Encrypted at once and never shown again."))
    grant = forms.ChoiceField(
        label=_("Kind of OAuth"),
        choices=[
            ("authorization_code", _("People consent (authorization code with PKCE)")),
            ("client_credentials", _("Nobody consents (client credentials)")),
        ],
        required=False,
    )
    authorization_url = _address(_("Where people consent"))
    token_url = _address(_("Where tokens are given out"))
    revocation_url = _address(_("Where tokens are revoked"))
    scopes = forms.CharField(
        label=_("Scopes"),
        max_length=6000,
        required=False,
        help_text=_("With spaces between them. Ask for as few as the operations need."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    client_id = forms.CharField(label=_("Client ID"), max_length=500, required=False)
    client_secret = _secret(
        _("Client secret"),
        _("Encrypted at once and never shown again. Leave it empty to keep the present one."),
    )
    token_auth = forms.ChoiceField(
        label=_("How the client shows its secret"),
        choices=[("basic", _("In a header")), ("post", _("In the body")), ("none", _("It has none"))],
        required=False,
    )
    audience = forms.CharField(label=_("Audience"), max_length=500, required=False)
    resource = _address(_("Resource"))
    hosts_confirmed = forms.BooleanField(
        label=_("I know this service: people may consent there for this API"), required=False
    )

    @classmethod
    def of(cls, document: dict[str, Any]) -> "AuthForm":
        """The form of a profile's settings, or of what a document suggests."""
        oauth, placement = document.get("oauth") or {}, document.get("placement") or {}
        initial = {name: oauth.get(name, "") for name in _OAUTH} | {
            "kind": document.get("kind", "none"),
            "owner": document.get("owner", "user"),
            "where": placement.get("where", "bearer"),
            "placement_name": placement.get("name", ""),
            "scopes": " ".join(oauth.get("scopes") or ()),
        }
        initial["grant"] = initial["grant"] or "authorization_code"
        return cls(initial=initial)

    def given(self, present: dict[str, Any]) -> dict[str, Any]:
        """The settings as `read_settings` takes them, over those that there are."""
        typed = self.cleaned_data
        kind = typed["kind"]
        settings: dict[str, Any] = {"kind": kind, "owner": typed["owner"] or "user"}
        if kind == "api_key":
            settings["placement"] = {"where": typed["where"] or "bearer"}
            if typed["where"] in ("header", "query"):
                settings["placement"]["name"] = typed["placement_name"]
            if settings["owner"] == "organisation":
                names = ("username", "password") if typed["where"] == "basic" else ("key",)
                settings |= {name: typed[name] for name in names if typed[name]}
        if kind == "oauth2":
            settings["oauth"] = self._oauth(present.get("oauth") or {})
            if typed["client_secret"]:
                settings["client_secret"] = typed["client_secret"]
        return settings

    def _oauth(self, present: dict[str, Any]) -> dict[str, Any]:
        typed = {name: self.cleaned_data[name] for name in _OAUTH}
        typed |= {
            "grant": typed["grant"] or "authorization_code",
            "token_auth": typed["token_auth"] or "basic",
            "scopes": self.cleaned_data["scopes"].replace(",", " ").split(),
        }
        if any(present.get(name) != typed[name] for name in ("authorization_url", "token_url", "client_id")):
            # Another server or another client: what was discovered of the former one no longer holds.
            present = {"extra_authorize": present.get("extra_authorize") or {}}
        return present | typed

    def refuse(self, error: DomainError) -> None:
        """Show what an action refuses beside the fields that it is about."""
        names = {"placement.name": "placement_name", "placement.where": "where"}
        placed = False
        for one in error.errors:
            name = names.get(one.field, one.field.removeprefix("oauth."))
            if name in self.fields:
                self.add_error(name, one.message)
                placed = True
            elif one.message != error.message:
                self.add_error(None, one.message)
                placed = True
        if not placed:
            self.add_error(None, error.message)
