"""What an origin of knowledge is: a service outside where files lie, as whoever connected sees them.

Nothing here knows of sources, documents or the database: an adapter lists what is there, says what a person may pick, and
fetches one thing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from django.utils.functional import Promise

from assistants.actions.origins.service import Service


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One thing that can be read there.

    Attributes:
        id: what the service knows it by; stays the same when it is renamed, where the service has such ids.
        path: its name with the folders above it, as people see it.
        mark: changes whenever its content does; empty where the service says nothing of the kind.
        ending: the extension of what `fetch` gives, such as `.docx`; empty where it is that of its name.
        size: bytes, where the service says so.
        url: where people open it.
        reason: why it is left out, as a warning's code without `left_out_`; empty where it is not.
    """

    id: str
    path: str
    mark: str = ""
    ending: str = ""
    size: int | None = None
    url: str = ""
    reason: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a level of the tree in which people pick.

    Attributes:
        at: the level below it; empty where there is none.
        kind: folder, file, repository, branch, page, table or resource: what it is drawn as.
        pick: what is picked with it; None where it only leads on.
    """

    name: str
    kind: str
    at: str = ""
    pick: Mapping[str, Any] | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Level:
    """What lies in one place; `cursor` asks for more of it, and is empty where this is all."""

    items: Sequence[Item]
    cursor: str = ""


class Origin(Protocol):
    """A service that knowledge comes from.

    Attributes:
        name: as settings and addresses have it, and that of the connector's folder which says how people consent.
        title: the service's own name. api: where it is asked; empty where people connect in another way.
        takes_token: whether a token that people make themselves at the service works too; token_help: where they make it.
        same_mark: whether two files with the same mark hold the same bytes, so that a moved one is known by it.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    icon: ClassVar[str]
    summary: ClassVar[str | Promise]
    api: ClassVar[str]
    takes_token: ClassVar[bool]
    token_help: ClassVar[str | Promise]
    same_mark: ClassVar[bool]

    def browse(self, service: Service, at: str, search: str, cursor: str) -> Level:
        """One level of the tree: `at` is empty for the first; `search` narrows it, or searches everything, as the service can.

        Raises:
            OriginError: see `assistants.actions.origins.service`.
        """
        ...

    def checked(self, pick: Mapping[str, Any]) -> dict[str, Any]:
        """A pick as it is kept.

        Raises:
            InvalidInput: it is none of this origin's.
        """
        ...

    def title_of(self, pick: Mapping[str, Any]) -> str:
        """What a picked place is called."""
        ...

    def files(self, service: Service, pick: Mapping[str, Any]) -> Iterator[RemoteFile]:
        """Everything in a picked place, in an order that stays the same.

        Raises:
            OriginError: RemoteMissing where the place itself is gone, or the account may not see it any more.
        """
        ...

    def fetch(self, service: Service, pick: Mapping[str, Any], file: RemoteFile, most: int) -> bytes:
        """The bytes of one, at most `most` of them.

        Raises:
            OriginError, EgressError: it cannot be had.
        """
        ...
