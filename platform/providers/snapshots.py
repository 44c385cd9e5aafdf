"""The catalogue at one moment: what is known of each model, and how it is reached."""

import datetime as dt
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

OWN = "org:"  # no provider's slug holds a colon, so that no id of the installation's begins like this


@dataclass(frozen=True, slots=True)
class PriceSnapshot:
    """A price as a usage record keeps it: micro-units of `currency` for a million tokens.

    Attributes:
        cached_per_million: of input that the provider had kept from a call before; as all input where it is None.
        id: the row of the catalogue that says so.
        per_image: micro-units for each picture that is made, beside the tokens.
    """

    currency: str
    input_per_million: int
    output_per_million: int
    cached_per_million: int | None = None
    id: int | None = field(default=None, compare=False)
    per_image: int = 0


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What the house knows about a model.

    Attributes:
        price: None where nobody knows it.
        host: empty where it runs here.
        organisation_id: whose own model it is; None for the installation's.
        offered: whether it can be chosen; one that is not is known only to find its successor.
        aliases: other names that lead to it.
    """

    id: str
    name: str
    provider: str
    provider_name: str
    host: str
    region: str
    kind: str
    capabilities: Mapping[str, bool]
    context_window: int | None
    max_output: int | None
    dimensions: int | None
    released_on: dt.date | None
    shutdown_on: dt.date | None
    replacement: str
    price: PriceSnapshot | None
    organisation_id: int | None = None
    offered: bool = True
    aliases: tuple[str, ...] = ()

    @property
    def built_in(self) -> bool:
        """Whether it runs on this server, and costs nothing."""
        return self.provider == "bottega"

    @property
    def own(self) -> bool:
        """Whether an organisation's own key pays for it."""
        return self.organisation_id is not None

    @property
    def ended(self) -> bool:
        """Whether its provider has switched it off."""
        return self.shutdown_on is not None and self.shutdown_on <= today()

    @property
    def days_left(self) -> int | None:
        """Days until it is switched off; None where no day is known."""
        return None if self.shutdown_on is None else (self.shutdown_on - today()).days


@dataclass(frozen=True, slots=True)
class Access:
    """How a model is reached; the key is still encrypted, bound to `key_row`. For the gateway only."""

    key_row: str
    base_url: str
    upstream_name: str
    key_source: str
    named_by_operator: bool
    key_encrypted: str = field(repr=False)
    key_header: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The installation's catalogue, or an organisation's own models, at one moment."""

    taken_at: float
    models: Mapping[str, ModelInfo]
    access: Mapping[str, Access]
    withdrawn: Mapping[str, ModelInfo] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)

    def find(self, model_id: str) -> ModelInfo | None:
        """A model by its id or another name, offered or not."""
        known = self.aliases.get(model_id, model_id) if model_id not in self.models else model_id
        return self.models.get(known) or self.withdrawn.get(known)

    def age(self) -> float:
        """Seconds since it was taken."""
        return time.monotonic() - self.taken_at


def today() -> dt.date:
    """The day that dates of the catalogue are compared with: in UTC."""
    return dt.datetime.now(dt.UTC).date()


def is_own(model_id: str) -> bool:
    """Whether an id names an organisation's own model, or an own provider."""
    return model_id.startswith(OWN)
