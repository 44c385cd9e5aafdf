"""The forms in which people bring assistants along."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError

FORMATS: tuple[tuple[str, str | Promise], ...] = (
    ("auto", _("Find out by itself")),
    ("bottega", _("An assistant of Bottega (assistant.yaml, zip)")),
    ("gpt", _("A GPT of ChatGPT (JSON, or a zip of its pieces)")),
    ("openai_assistant", _("An OpenAI Assistant (JSON)")),
    ("dify", _("A Dify app (YAML)")),
    ("librechat", _("A LibreChat agent, or librechat.yaml")),
    ("open_webui", _("Models of Open WebUI (JSON)")),
)
WORDS = dict(FORMATS)


class _ShowsRefusals(forms.Form):
    @contextmanager
    def showing_refusals(self) -> Iterator[None]:
        """Turn what an action refuses into errors of this form."""
        try:
            yield
        except DomainError as refusal:
            for error in refusal.errors or (None,):
                self.add_error(None, error.message if error else refusal.message)


class ImportForm(_ShowsRefusals):
    """A file that describes one assistant or several."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("A zip, YAML or JSON file. You can drop it here."),
        widget=forms.ClearableFileInput(attrs={"accept": ".zip,.yaml,.yml,.json"}),
    )
    format = forms.ChoiceField(label=_("What it is"), choices=FORMATS, required=False)


class PasteForm(_ShowsRefusals):
    """The fields of a GPT, as they stand on its page in ChatGPT."""

    prefix = "gpt"  # beside the other form of the page
    name = forms.CharField(label=_("Name"), max_length=80)
    description = forms.CharField(label=_("Description"), max_length=4000, required=False)
    instructions = forms.CharField(
        label=_("Instructions"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("All of them, as they are. Markdown stays Markdown."),
    )
    starters = forms.CharField(
        label=_("Conversation starters"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line."),
    )
    openapi = forms.CharField(
        label=_("Schema of an action"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "The OpenAPI document. Actions are not brought over; it is kept in the report, word for word."
        ),
    )
    knowledge = forms.FileField(
        label=_("Files of its knowledge"), required=False, help_text=_("Download them from the GPT first.")
    )

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        # Django's own control refuses to be made for several files; what arrives is read from the request.
        self.fields["knowledge"].widget.attrs["multiple"] = True
