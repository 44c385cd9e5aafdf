"""What documents are called, kept in the process: they are immutable, so each is asked for once."""

from collections.abc import Iterable

from assistants.knowledge.models import Document

MOST = 20_000  # documents, of a few hundred bytes each
_KNOWN: dict[int, tuple[str, str]] = {}


def document_names(organisation_id: int, documents: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Public id and name of documents, in the open scope; those that are gone are left out.

    Args:
        documents: primary keys that a search of the organisation has given: whoever reads a passage may know its document.
    """
    found: dict[int, tuple[str, str]] = {}
    missing: list[int] = []
    for key in documents:
        if (known := _KNOWN.get(key)) is not None:
            found[key] = known
        else:
            missing.append(key)
    return found | _asked(organisation_id, missing) if missing else found


def _asked(organisation_id: int, missing: list[int]) -> dict[int, tuple[str, str]]:
    rows = Document.objects.for_organisation(organisation_id).filter(pk__in=missing)
    fresh = {key: (public_id, name) for key, public_id, name in rows.values_list("pk", "public_id", "name")}
    if len(_KNOWN) + len(fresh) > MOST:
        _KNOWN.clear()
    _KNOWN.update(fresh)
    return fresh
