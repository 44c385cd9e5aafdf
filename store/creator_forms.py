"""Forms of a creator's page and of the domains that prove it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from store.actions.save_creator_page import CreatorFields
from store.creators.links import LONGEST_LABEL, LONGEST_URL, MOST
from store.models import CreatorPage


class CreatorForm(forms.Form):
    """What an organisation says of itself as a creator."""

    name = forms.CharField(label=_("Name"), max_length=120)
    handle = forms.CharField(
        label=_("Handle"),
        max_length=41,
        help_text=_("The end of the page's address. If you change it, the old one leads here for 90 days."),
    )
    about = forms.CharField(
        label=_("About"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    is_public = forms.BooleanField(
        label=_("Everybody may see the page"),
        required=False,
        help_text=_("While it is off, only people of this organisation see it, as a preview."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, MOST + 1):
            self.fields[f"label{number}"] = forms.CharField(
                label=_("Link %(number)s: words") % {"number": number},
                max_length=LONGEST_LABEL,
                required=False,
            )
            self.fields[f"url{number}"] = forms.CharField(
                label=_("Link %(number)s: address") % {"number": number},
                max_length=LONGEST_URL,
                required=False,
                widget=forms.URLInput(attrs={"placeholder": "https://"}),
            )

    @classmethod
    def of(cls, page: CreatorPage | None, name: str) -> "CreatorForm":
        """The form, filled with what there is."""
        if page is None:
            return cls(initial={"name": name, "is_public": True})
        initial = {"name": page.name, "handle": page.handle, "about": page.about, "is_public": page.is_public}
        for number, link in enumerate(page.links, start=1):
            initial |= {f"label{number}": link["label"], f"url{number}": link["url"]}
        return cls(initial=initial)

    @property
    def link_fields(self) -> list[tuple[Any, Any]]:
        """The fields of each link, side by side."""
        return [(self[f"label{number}"], self[f"url{number}"]) for number in range(1, MOST + 1)]

    def fields_given(self) -> CreatorFields:
        """What was typed in."""
        data = self.cleaned_data
        links = [{"label": data[f"label{n}"], "url": data[f"url{n}"]} for n in range(1, MOST + 1)]
        return CreatorFields(
            handle=data["handle"],
            name=data["name"],
            about=data["about"],
            links=links,
            is_public=data["is_public"],
        )

    def refuse(self, field: str, message: str) -> None:
        """Show what an action found wrong beside its field."""
        self.add_error("url1" if field == "links" else field if field in self.fields else None, message)


class DomainForm(forms.Form):
    """A domain to be proved by a TXT record."""

    domain = forms.CharField(
        label=_("Your domain"),
        max_length=253,
        help_text=_("Such as example.org. You need access to its DNS."),
    )


class AddressForm(forms.Form):
    """An address at a domain to be proved by e-mail."""

    address = forms.CharField(
        label=_("An e-mail address at your domain"),
        max_length=254,
        help_text=_("Such as info@example.org. We send a link there, which works for 24 hours."),
    )
