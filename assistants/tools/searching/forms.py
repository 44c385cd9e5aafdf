"""The form of the organisation's search of the web; what is wrong with an address or a key is found by the action."""

from django import forms
from django.utils.translation import gettext_lazy as _

from assistants.tools.models import SearchProvider
from assistants.tools.searching.fields import LONGEST_ADDRESS, LONGEST_KEY
from assistants.tools.searching.tool import LONGEST_QUERY


class SearchProviderForm(forms.Form):
    """A service, where it is reached, and the key for it."""

    kind = forms.ChoiceField(label=_("Service"), choices=SearchProvider.Kind.choices)
    url = forms.CharField(
        label=_("Address"),
        max_length=LONGEST_ADDRESS,
        required=False,
        help_text=_("Of your SearXNG. Empty for the others: their own address."),
    )
    key = forms.CharField(
        label=_("Key"),
        max_length=LONGEST_KEY,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_(
            "Brave Search and Tavily give you one. It is encrypted at once and never shown again. Empty: the present one stays."
        ),
    )


class TrySearchForm(forms.Form):
    """Something to look for."""

    query = forms.CharField(label=_("What to look for"), max_length=LONGEST_QUERY)
