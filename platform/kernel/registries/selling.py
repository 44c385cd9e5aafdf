"""What is sold, as the rooms above billing know it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kernel.registries.base import Slot


@dataclass(frozen=True, slots=True)
class Product:
    """Something that may have a price.

    Attributes:
        id: its opaque public id. reference: what it is asked for by, also by those who use it through a link.
        earner_id: the organisation of its creator.
        page: the path of its page; empty where it has none. picture: the seed of its picture.
    """

    id: str
    reference: str
    name: str
    earner_id: int
    creator: str = ""
    page: str = ""
    picture: str = ""


# What an actor may see under a name, for example a listing's or an assistant's id: `find(actor, reference)`, in the actor's
# scope; raises NotFound where there is nothing for them.
products: Slot[Callable[[Any, str], Product]] = Slot("products")
