"""What an assistant's knowledge is about, in words that its readers see anyway."""

import re

from django.db.models import Q

from assistants.building.models import Version
from assistants.knowledge.models import Document, Source

MOST_DOCUMENTS, LONGEST = 60, 80
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_BETWEEN = re.compile(r"[\s_\-.+]+")


def topics_of(version: Version) -> str:
    """The names of a version's documents, as words; in the open scope of its organisation.

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
    names = rows.order_by("-passages", "pk").values_list("name", flat=True)[:MOST_DOCUMENTS]
    return "\n".join(dict.fromkeys(map(_words, names)))


def _words(name: str) -> str:
    return _BETWEEN.sub(" ", _ENDING.sub("", name)).strip()[:LONGEST]
