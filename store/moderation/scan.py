"""Personal data and secrets in what an assistant knows: looked for in a sample of its passages, by form and check digit.

No model reads them, and nothing that was found is kept but its kind, how often, where, and its ends.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assistants.building.models import Version
from assistants.knowledge.models import Document, Passage
from store.moderation.findings import masked
from store.moderation.patterns import personal_data, secrets_in

MOST_DOCUMENTS = 200
MOST_PASSAGES = 2000
NAMED = 12  # documents in a result
# So many in one document are a list of people; fewer may be somebody's own address.
A_LIST = {"email": 20, "phone": 20}
SURE = {"card": 3, "iban": 2, "id": 2, "key": 1}
KINDS = (*A_LIST, *SURE)


@dataclass(frozen=True, slots=True)
class Scanned:
    """How much was looked at, and what was found by document."""

    passages: int
    found: list[dict[str, Any]]


def scan_version(version: Version) -> Scanned:
    """Look through a sample of a version's passages, evenly over each document, in the open scope of its organisation."""
    rows = Document.objects.for_organisation(version.organisation_id).filter(pk__in=version.manifest)
    documents = list(rows.order_by("pk").only("pk", "name", "passages")[:MOST_DOCUMENTS])
    each = max(1, MOST_PASSAGES // max(1, len(documents)))
    looked, found = 0, []
    for document in documents:
        texts = list(_sample(document, each))
        looked += len(texts)
        found += [{"document": document.name, **hit} for hit in _hits(texts)]
    found.sort(key=lambda hit: (hit["kind"] not in SURE, -hit["count"]))
    return Scanned(looked, found[:NAMED])


def _sample(document: Document, most: int) -> Iterator[str]:
    step = max(1, -(-document.passages // most))
    rows = Passage.objects.for_organisation(document.organisation_id).filter(document=document)
    ordinals = range(0, max(1, document.passages), step)
    yield from rows.filter(ordinal__in=list(ordinals)).values_list("text", flat=True)


def _hits(texts: list[str]) -> Iterator[dict[str, Any]]:
    seen: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for text in texts:
        for hit in (*personal_data(text), *secrets_in(text)):
            if hit.kind in seen:
                seen[hit.kind].add(hit.value)
    for kind, values in seen.items():
        if values and len(values) >= A_LIST.get(kind, 1):
            yield {"kind": kind, "count": len(values), "sample": masked(min(values))}


def counted(found: list[dict[str, Any]]) -> Counter[str]:
    """How many of each kind a result names."""
    total: Counter[str] = Counter()
    for hit in found:
        total[hit["kind"]] += hit["count"]
    return total
