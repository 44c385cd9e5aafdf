"""What listings are about: a fixed table, so that everybody finds the same shelves."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Category:
    """One shelf of the store."""

    slug: str
    label: str | Promise
    icon: str


CATEGORIES: dict[str, Category] = {
    category.slug: category
    for category in (
        Category("writing", _("Writing"), "pen-line"),
        Category("research", _("Research"), "microscope"),
        Category("law", _("Law"), "scale"),
        Category("finance", _("Finance"), "landmark"),
        Category("code", _("Code"), "braces"),
        Category("learning", _("Learning"), "graduation-cap"),
        Category("work", _("Work"), "briefcase"),
        Category("home", _("Home"), "sprout"),
        Category("craft", _("Craft"), "scissors"),
    )
}
CATEGORY_CHOICES = [(category.slug, category.label) for category in CATEGORIES.values()]
