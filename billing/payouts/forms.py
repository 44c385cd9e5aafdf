"""Where an organisation wants to be paid to. What is wrong with a number is found by the action."""

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.payouts.countries import country_choices


class CountryForm(forms.Form):
    """Where a creator is at home; it cannot be changed at Stripe afterwards."""

    country = forms.ChoiceField(
        label=_("Country"), choices=country_choices, help_text=_("Where you, or your company, are at home.")
    )


class BankForm(forms.Form):
    """A bank account. Nothing that is written here is shown again."""

    holder = forms.CharField(
        label=_("Account holder"), max_length=70, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    iban = forms.CharField(
        label=_("IBAN"),
        max_length=50,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("It is encrypted at once; pages show its last four characters."),
    )
    bic = forms.CharField(
        label=_("BIC"),
        max_length=14,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Needed for banks outside the euro area."),
    )
    tax_id = forms.CharField(
        label=_("VAT or tax number"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("For the operator's books, where the law asks for it. It is encrypted too."),
    )
