"""How an error page looks: heading and drawing by HTTP status."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError


@dataclass(frozen=True)
class Words:
    """Heading, drawing and whether to offer another try."""

    heading: str | Promise
    drawing: str
    retry: bool = False

    @property
    def title(self) -> str:
        """The heading in the active language."""
        return str(self.heading)


OTHER = Words(_("This did not work"), "tools", retry=True)
BY_STATUS = {
    400: Words(_("Something needs another look"), "letter"),
    401: Words(_("Come in first"), "key"),
    402: Words(_("The allowance is used up"), "jar"),
    403: Words(_("This door is locked for you"), "lock"),
    404: Words(_("Nobody lives here"), "door"),
    409: Words(_("Not in this state"), "people", retry=True),
    410: Words(_("This is gone"), "door"),
    412: Words(_("Somebody was quicker"), "people", retry=True),
    413: Words(_("That is too large"), "page"),
    429: Words(_("A little slower, please"), "hourglass", retry=True),
    502: Words(_("The other side does not answer"), "plug", retry=True),
    503: Words(_("The other side does not answer"), "plug", retry=True),
    504: Words(_("The other side does not answer"), "plug", retry=True),
}


def words_for(error: DomainError) -> Words:
    """Return what the page of an error says in large letters."""
    return BY_STATUS.get(error.status, OTHER)
