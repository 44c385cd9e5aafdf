"""What a creator turns while trying the search out."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.building.specification import Knowledge
from assistants.turns.plan import Narrowing, SearchKnobs

MODES = (
    ("hybrid", gettext_lazy("Meaning and words")),
    ("vector", gettext_lazy("Meaning only")),
    ("words", gettext_lazy("Words only")),
)
NOBODY = "nobody"
MOST = 20


class TryForm(forms.Form):
    """One side's settings. A field that is not sent is what the draft says."""

    query = forms.CharField(max_length=4000, required=False)
    version = forms.IntegerField(min_value=1, required=False)
    k = forms.IntegerField(min_value=1, max_value=50)
    budget_tokens = forms.IntegerField(min_value=200, max_value=32_000)
    mode = forms.ChoiceField(choices=MODES)
    meaning = forms.FloatField(min_value=0, max_value=2)
    words = forms.FloatField(min_value=0, max_value=2)
    rerank = forms.BooleanField(required=False)
    neighbours = forms.BooleanField(required=False)
    tags = forms.CharField(max_length=1000, required=False)
    metadata = forms.CharField(max_length=4000, required=False)
    reader = forms.CharField(max_length=48, required=False)

    def clean_tags(self) -> tuple[str, ...]:
        tags = [tag.strip() for tag in self.cleaned_data["tags"].replace("，", ",").split(",")]
        return tuple(dict.fromkeys(filter(None, tags)))[:MOST]

    def clean_metadata(self) -> tuple[tuple[str, str], ...]:
        pairs: dict[str, str] = {}
        for part in filter(None, (line.strip() for line in self.cleaned_data["metadata"].splitlines())):
            name, sign, value = part.partition("=")
            if not sign or not name.strip():
                raise forms.ValidationError(_("Write one name=value a line, for example year=2026."))
            pairs[name.strip()] = value.strip()
        return tuple(sorted(pairs.items()))[:MOST]

    @property
    def knobs(self) -> SearchKnobs:
        """The checked settings as a search takes them."""
        given = self.cleaned_data
        return SearchKnobs(
            given["k"],
            given["budget_tokens"],
            mode=given["mode"],
            meaning=given["meaning"],
            words=given["words"],
            rerank=given["rerank"],
            neighbours=given["neighbours"],
            narrowing=Narrowing(given["tags"], given["metadata"]),
        )


def settings_shown(knowledge: Knowledge, sent: Any, prefix: str) -> dict[str, Any]:
    """The values that a side begins with: what the address says, otherwise what the draft does.

    Args:
        sent: the query of the address. prefix: of the side's names in it.
    """
    shown: dict[str, Any] = {
        "version": "",
        "k": knowledge.top_k,
        "budget_tokens": knowledge.budget_tokens,
        "mode": "hybrid",
        "meaning": "1.0",
        "words": "1.0",
        "rerank": knowledge.rerank,
        "neighbours": knowledge.neighbours,
        "tags": ", ".join(knowledge.filter.tags),
        "metadata": metadata_lines(knowledge),
        "reader": "",
    }
    for name, own in shown.items():
        if (given := sent.get(f"{prefix}{name}")) is not None:
            shown[name] = given == "on" if isinstance(own, bool) else given
    return shown


def metadata_lines(knowledge: Knowledge) -> str:
    """The values that sources have to hold, as name=value, one a line."""
    return "\n".join(f"{name}={value}" for name, value in sorted(knowledge.filter.metadata.items()))


def patch_of(knobs: SearchKnobs, knowledge: Knowledge) -> dict[str, Any]:
    """What of the settings an assistant keeps, as a patch of its draft; weights and mode are for looking only."""
    kept = {name: str(value) for name, value in knobs.narrowing.metadata}
    # A value that says the same stays what it is: numbers are not made into text.
    held = {name: value for name, value in knowledge.filter.metadata.items() if kept.get(name) == str(value)}
    gone = dict.fromkeys(set(knowledge.filter.metadata) - set(kept))
    return {
        "knowledge": {
            "top_k": knobs.k,
            "budget_tokens": knobs.budget_tokens,
            "rerank": knobs.rerank,
            "neighbours": knobs.neighbours,
            "filter": {"tags": list(knobs.narrowing.tags), "metadata": gone | kept | held},
        }
    }
