"""Forms of the organisation's pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organisations.actors import Actor
from organisations.invitation_list import BYTES as MOST_BYTES
from organisations.permissions import PERMISSION_GROUPS, PERMISSION_LABELS, Permission, Role
from organisations.roles import grantable_roles


def role_options(actor: Actor) -> list[tuple[str, Any]]:
    """The roles that the actor may give, with their names."""
    return [(choice.key, choice.label) for choice in grantable_roles(actor)]


def permission_options(actor: Actor) -> list[tuple[str, list[tuple[str, Any]]]]:
    """The permissions that the actor may hand on, in groups, as people read them."""
    return [
        (str(label), [(item.value, PERMISSION_LABELS[item]) for item in items if actor.can(item)])
        for label, items in PERMISSION_GROUPS
    ]


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
        self.fields["role"].choices = role_options(actor)  # type: ignore[attr-defined]


class CustomRoleForm(forms.Form):
    """A role of the organisation's own."""

    name = forms.CharField(label=_("Name"), max_length=60)
    description = forms.CharField(label=_("What it is for"), max_length=300, required=False)
    permissions = forms.MultipleChoiceField(label=_("It may"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["permissions"].choices = [  # type: ignore[attr-defined]
            option for _label, options in permission_options(actor) for option in options
        ]

    def chosen(self) -> list[Permission]:
        """The ticked permissions."""
        return [Permission(value) for value in self.cleaned_data["permissions"]]


class GroupForm(forms.Form):
    """A group of members."""

    name = forms.CharField(label=_("Name"), max_length=80)
    description = forms.CharField(label=_("What it is for"), max_length=300, required=False)


class InvitationListForm(forms.Form):
    """Many people to invite, as a file or as lines."""

    file = forms.FileField(
        label=_("CSV file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv,text/plain"}),
    )
    people = forms.CharField(
        label=_("Addresses"),
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"class": "min-h-40"}),
        help_text=_("One address a line; after a comma a role, if it is not to be “Member”."),
    )

    def text(self) -> str:
        """The list, whichever way it came; a file that is no text reads as nothing."""
        file = self.cleaned_data["file"]
        if file is None:
            return str(self.cleaned_data["people"])
        return file.read(MOST_BYTES + 1).decode("utf-8-sig", "replace")  # type: ignore[no-any-return]
