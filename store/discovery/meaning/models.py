"""Which embedding model searches go by, and what is known of it."""

from dataclasses import dataclass

from providers.catalogue import ModelNotFound
from providers.gateway import embedder
from providers.ports import Embedder
from store.discovery.meaning.background import FINGERPRINT
from store.discovery.meaning.centres import Centres
from store.models import MeaningModel


@dataclass(frozen=True, eq=False)
class Known:
    """A model with what its vectors have in common."""

    model: Embedder
    centres: Centres

    @property
    def name(self) -> str:
        """What its vectors are kept under."""
        return name_of(self.model)


def chosen_model() -> Embedder | None:
    """The operator's embedding model; None while nobody offers it. Reads the database."""
    try:
        return embedder()
    except ModelNotFound:
        return None


def name_of(model: Embedder) -> str:
    """What a model's vectors are kept under: other background texts make other vectors."""
    return f"{model.name}#{FINGERPRINT[:8]}"


def known_model(model: Embedder) -> Known | None:
    """A model that has made vectors of entries already."""
    found = MeaningModel.objects.filter(embedder=name_of(model)).first()
    return Known(model, Centres.unpacked(bytes(found.centres), found.dimensions)) if found else None
