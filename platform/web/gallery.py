"""Made-up content for the component gallery."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.utils import timezone

from web import markdown
from web.charts import BarChart, Series
from web.drawings import DRAWINGS
from web.icons import icon_set

ANSWER = """**Yes, once, and by 4 per cent at the most.** From 1 March 2027 the rent follows the consumer price index for the twelve months before [1]. A cap stops it at 4 per cent even if prices rose by more [2].

## What to do
1. Mark the last day for their letter, with `90 days` of notice [1, 2]
2. Keep the envelope; ~~a copy~~ the original counts
   - and write the date on it

> In no event shall a review increase the rent by more than four per cent.

| Year | Index | Rent |
|------|------:|-----:|
| 2026 | 2.1 % | 1,450.00 |
| 2027 | 2.6 % | 1,487.70 |

```python
def rent(base: float, index: float) -> float:
    # the cap wins over the index
    return min(base * (1 + index), base * 1.04)
```

More at [the index office](https://indices.example/cpi) or https://indices.example/help; [9] is no source of this answer. ![A map](https://maps.example/mill-street.png)
"""


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Name", help_text="Shown in the store.", initial="First Fortnight")
    email = forms.EmailField(label="E-mail")
    about = forms.CharField(label="Description", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    category = forms.ChoiceField(label="Category", choices=[("work", "Work"), ("law", "Law")])
    grounding = forms.ChoiceField(
        label="Answers",
        choices=[("prefer", "Prefer sources"), ("only", "Only sources")],
        widget=forms.RadioSelect,
        initial="prefer",
    )
    citations = forms.BooleanField(label="Cite sources", initial=True, required=False)


def samples() -> dict[str, Any]:
    """Everything that the gallery's template shows."""
    form = SampleForm({"name": "", "email": "you@", "category": "law", "grounding": "only", "about": "Words"})
    days = [str(day) for day in range(1, 31)]
    return {
        "moment": timezone.now() - timedelta(minutes=12),
        "icons": sorted(icon_set()),
        "drawings": sorted(DRAWINGS),
        "form": SampleForm(),
        "wrong_form": form,
        "answer": markdown.render(ANSWER, {1: "Lease 14 Mill Street", 2: "Lease 14 Mill Street"}),
        "page": SimpleNamespace(next="after", previous="before"),
        "chart": BarChart(
            title="Answers a day",
            sentence="Answers a day by assistant over thirty days, between 180 and 640.",
            labels=days,
            series=[
                Series(name, [abs((i * 37 + n * 91) % 160) + 20 for i in range(30)])
                for n, name in enumerate(NAMES)
            ],
        ),
        "listings": LISTINGS,
    }


NAMES = ("First Fortnight", "Clause by Clause", "Reply Desk", "Plain Words")
LISTINGS = [
    {
        "name": "Field Notes",
        "maker": "Bureau Lumen",
        "tagline": "Turns interview transcripts into themes, each with the sentences behind it.",
        "chats": 33120,
        "hosts": 0,
    },
    {
        "name": "合同管家",
        "maker": "城南书坊",
        "tagline": "列出合同里的期限、金额和例外条款，每条附原文出处。",
        "chats": 37004,
        "hosts": 0,
        "lang": "zh-hans",
    },
    {
        "name": "Ledgerline",
        "maker": "Otter & Co",
        "tagline": "Bookkeeping questions answered from your own chart of accounts.",
        "chats": 1,
        "hosts": 1,
    },
]
