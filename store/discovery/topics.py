"""What an assistant's knowledge is about, in words that its readers see anyway: names of documents and their headings."""

import re

from django.db.models import Q

from assistants.building.models import Version
from assistants.knowledge.models import Document, Passage, Source

MOST_DOCUMENTS, LONGEST = 60, 80
MOST_HEADINGS, MOST_PASSAGES = 80, 2000  # of all documents together
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_BETWEEN = re.compile(r"[\s_\-.+]+")


def topics_of(version: Version) -> str:
    """The names and headings of a version's documents, as words; in the open scope of its organisation.

    Only of sources that every reader may be shown: neither hidden ones, whose names no citation tells, nor those
    that some groups only are answered from.
    """
    shown = (Source.Showing.QUOTE, Source.Showing.DOWNLOAD)
    rows = Document.objects.for_organisation(version.organisation_id).filter(
        Q(source__parent=None) | Q(source__parent__showing__in=shown, source__parent__restricted=False),
        pk__in=version.manifest,
        source__showing__in=shown,
        source__restricted=False,
    )
    documents = dict(rows.order_by("-passages", "pk").values_list("pk", "name")[:MOST_DOCUMENTS])
    headings = _headings(version.organisation_id, list(documents))
    return "\n".join(dict.fromkeys([*map(_words, documents.values()), *headings]))


def _headings(organisation_id: int, documents: list[int]) -> list[str]:
    """Headings of documents, of each some: one that has very many leaves room for the others'."""
    if not documents:
        return []
    passages = Passage.objects.for_organisation(organisation_id)
    each = max(MOST_HEADINGS // len(documents), 2)
    found: list[str] = []
    for document in documents:
        rows = passages.filter(document_id=document).exclude(heading="").order_by("ordinal")
        said = rows.values_list("heading", flat=True)[: MOST_PASSAGES // len(documents)]
        found += [heading[:LONGEST] for heading in list(dict.fromkeys(said))[:each]]
    return found


def _words(name: str) -> str:
    return _BETWEEN.sub(" ", _ENDING.sub("", name)).strip()[:LONGEST]
