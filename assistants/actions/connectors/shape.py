"""What a connector's folder says of it: `connector.yaml`, as one closed document."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

FILE, DOCUMENT, ICON, DOCS = "connector.yaml", "openapi.yaml", "icon.svg", "docs.md"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DRAWN = re.compile(r'<path\b[^>]*?\bd="([^"<>]*)"')

# One sentence for everybody, or one for each language by its code; English stands in for those that are not there.
Text = str | dict[str, str]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BadConnector(ValueError):
    """A connector's folder cannot be used; says which, and why."""


class ValueShape(_Closed):
    """A place in a connector's addresses that an organisation's administrator fills, written `{name}` there."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    label: Text
    help: Text = ""
    pattern: str


class OAuthShape(_Closed):
    """How people consent; the fields are those of a profile's OAuth settings, without the client."""

    authorization_url: str
    token_url: str
    revocation_url: str = ""
    revocation: Literal["form", "bearer", "client_json", "path"] = "form"
    scopes: list[str]
    scope_parameter: Literal["scope", "user_scope"] = "scope"
    scope_separator: Literal[" ", ","] = " "
    tokens_in: str = ""
    token_auth: Literal["basic", "post"] = "post"  # noqa: S105 -- a method's name
    token_body: Literal["form", "json"] = "form"  # noqa: S105 -- a format's name
    lasts: int = 0
    extra_authorize: dict[str, str] = {}


class AddressShape(_Closed):
    """What a bridge's webhook addresses look like. `hosts`: patterns of host names; none where anybody may run it."""

    hosts: list[str] = []
    label: Text
    help: Text = ""


class FailureShape(_Closed):
    """How an answer with a good status says that the call failed: `field` has the value `equals`, the field `reason` says
    why, and what stands in `refused` means the credential.
    """

    field: str
    equals: bool | str | int
    reason: str = ""
    refused: list[str] = []


class Shape(_Closed):
    """A connector.

    Attributes:
        kind: of an `app` the operations are called, to a `bridge` something is sent, and from a `source` knowledge is read.
        server: where calls go; a bridge's is its webhook's, and where a source is asked its origin
            knows. risks: of operations whose method says something else.
    """

    name: Name
    title: str = Field(max_length=60)
    kind: Literal["app", "bridge", "source"]
    category: Name
    summary: Text
    description: Text
    reads: list[Text] = []
    writes: list[Text] = []
    server: str = ""
    privacy_policy_url: str
    oauth: OAuthShape | None = None
    values: list[ValueShape] = []
    address: AddressShape | None = None
    risks: dict[str, Literal["reads", "writes", "destroys"]] = {}
    failure: FailureShape | None = None


def read_shape(folder: Path) -> Shape:
    """Read a folder's `connector.yaml`.

    Raises:
        BadConnector: it is not what it has to be.
    """
    try:
        given: Any = yaml.load((folder / FILE).read_bytes(), Loader=_LOADER)  # noqa: S506 -- a safe loader
        shape = Shape.model_validate(given)
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise BadConnector(f"{folder / FILE}: {error}") from None
    if shape.name != folder.name:
        raise BadConnector(f"{folder / FILE}: it is called {shape.name}, and its folder {folder.name}")
    if (shape.kind == "bridge") != (shape.address is not None):
        raise BadConnector(f"{folder / FILE}: a bridge has an address, and nothing else has one")
    if shape.kind == "app" and not shape.server:
        raise BadConnector(f"{folder / FILE}: an app says which server its calls go to")
    if shape.kind == "source" and (shape.oauth is None or shape.server or shape.writes):
        raise BadConnector(
            f"{folder / FILE}: a source says how people consent, and has no server and writes nothing"
        )
    return shape


def read_icon(folder: Path) -> str:
    """The path data of a folder's icon, drawn on 24 by 24 units in one colour."""
    return " ".join(_DRAWN.findall((folder / ICON).read_text()))
