"""Preferences about how the interface looks."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class PreferencesForm(forms.Form):
    """Theme, language, or both."""

    theme = forms.ChoiceField(
        choices=[("system", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))], required=False
    )
    language = forms.ChoiceField(choices=settings.LANGUAGES, required=False)
