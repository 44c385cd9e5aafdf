"""Which service searches for an organisation: the one that it chose, or else the installation's."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings

from assistants.tools.models import SearchProvider
from assistants.tools.searching.apis import APIS
from assistants.tools.searching.ports import SearchApi
from kernel.secrets import decrypt
from kernel.tenancy import HasPk, current_organisation_id, tenant_scope


@dataclass(frozen=True, slots=True)
class Chosen:
    """A service, where it is reached and with which key.

    Attributes:
        own: the organisation pays for it itself; the operator named it otherwise, also at a private address.
        sealed: the key as it is stored, bound to `row`, in the place of `key`.
    """

    kind: str
    address: str
    key: str = field(repr=False)
    own: bool
    sealed: str = field(default="", repr=False)
    row: str = ""

    @property
    def secret(self) -> str:
        """The key to send. Raises SecretUnreadable where it was sealed with a secret that this server no longer has."""
        return decrypt(self.sealed, row=self.row) if self.sealed else self.key

    @property
    def api(self) -> SearchApi:
        """How it is asked."""
        return APIS[self.kind]

    @property
    def name(self) -> str:
        """It as people know it."""
        return str(SearchProvider.Kind(self.kind).label)

    @property
    def host(self) -> str:
        """Where searches go, with the port where that is not the usual one."""
        return urlsplit(self.address).netloc.rpartition("@")[2].lower()


def search_provider(organisation: HasPk | int) -> SearchProvider | None:
    """What an organisation chose itself; inside its scope."""
    rows = SearchProvider.objects.for_organisation(organisation)
    found: SearchProvider | None = rows.first()
    return found


def chosen_for(organisation: HasPk | int) -> Chosen | None:
    """The service that searches for an organisation; whichever scope is open, and also where none is."""
    key = organisation if isinstance(organisation, int) else int(organisation.pk)
    if current_organisation_id() == key:
        row = search_provider(key)
    else:
        with tenant_scope(key):
            row = search_provider(key)
    return of_row(row) if row else of_installation()


def of_row(row: SearchProvider) -> Chosen:
    """An organisation's own."""
    address = row.url or APIS[row.kind].address
    return Chosen(row.kind, address, "", own=True, sealed=row.key_encrypted, row=row.secret_row)


def of_installation() -> Chosen | None:
    """What the operator named in WEB_SEARCH_PROVIDER; None where that is nothing."""
    kind = str(settings.WEB_SEARCH_PROVIDER)
    if not kind:
        return None
    address = str(settings.WEB_SEARCH_URL).rstrip("/") or APIS[kind].address
    return Chosen(kind, address, str(settings.WEB_SEARCH_KEY), own=False)
