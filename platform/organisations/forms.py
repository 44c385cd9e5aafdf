"""Forms of the organisation's pages."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.actors import Actor
from organisations.permissions import PERMISSION_GROUPS, PERMISSION_LABELS, ROLE_LABELS, Permission, Role
from organisations.ranks import may_grant

EXPIRIES = [("", _("Never")), ("30", _("In 30 days")), ("90", _("In 90 days")), ("365", _("In a year"))]


def grantable_roles(actor: Actor) -> list[tuple[str, Any]]:
    """The roles that the actor may give, with their names."""
    return [(role.value, ROLE_LABELS[role]) for role in Role if may_grant(actor, role)]


class NameForm(forms.Form):
    """An organisation's name."""

    name = forms.CharField(
        label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )


class InviteForm(forms.Form):
    """Whom to invite, and as what."""

    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(label=_("Role"), initial=Role.MEMBER.value)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = grantable_roles(actor)  # type: ignore[attr-defined]


class RoleForm(forms.Form):
    """One of the roles."""

    role = forms.ChoiceField(choices=[(role.value, ROLE_LABELS[role]) for role in Role])


class KeyForm(forms.Form):
    """A new API key."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("What uses it, so that you recognise it later.")
    )
    scopes = forms.MultipleChoiceField(label=_("It may"), widget=forms.CheckboxSelectMultiple)
    expires = forms.ChoiceField(label=_("It stops working"), choices=EXPIRIES, required=False, initial="90")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ordered = [scope for _label, scopes in PERMISSION_GROUPS for scope in scopes if actor.can(scope)]
        self.fields["scopes"].choices = [(scope.value, PERMISSION_LABELS[scope]) for scope in ordered]  # type: ignore[attr-defined]
        self.fields["scopes"].initial = [scope.value for scope in ordered]

    def chosen_scopes(self) -> list[Permission]:
        """The ticked permissions."""
        return [Permission(value) for value in self.cleaned_data["scopes"]]

    def expires_at(self) -> datetime | None:
        """When the key ends, or None for never."""
        days = self.cleaned_data["expires"]
        return timezone.now() + timedelta(days=int(days)) if days else None
