"""What listings are about: a fixed table, so that everybody finds the same shelves."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Category:
    """One shelf of the store."""

    slug: str
    label: str | Promise
    icon: str


CATEGORIES: dict[str, Category] = {
    category.slug: category
    for category in (
        Category("writing", pgettext_lazy("category", "Writing"), "pen-line"),
        Category("research", pgettext_lazy("category", "Research"), "microscope"),
        Category("law", pgettext_lazy("category", "Law"), "scale"),
        Category("finance", pgettext_lazy("category", "Finance"), "landmark"),
        Category("code", pgettext_lazy("category", "Code"), "braces"),
        Category("learning", pgettext_lazy("category", "Learning"), "graduation-cap"),
        Category("work", pgettext_lazy("category", "Work"), "briefcase"),
        Category("home", pgettext_lazy("category", "Home"), "sprout"),
        Category("craft", pgettext_lazy("category", "Craft"), "scissors"),
    )
}
CATEGORY_CHOICES = [(category.slug, category.label) for category in CATEGORIES.values()]
