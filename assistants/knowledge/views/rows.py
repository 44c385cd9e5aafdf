"""A source as the page's lists draw it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext
from django.utils.translation import gettext as _

from accounts.models import User
from assistants.knowledge.gathering import readers_of
from assistants.knowledge.models import Document, Source, SourceSet
from assistants.knowledge.overview import Children, children_sums
from assistants.knowledge.presentation import failure_of, sentence_of
from assistants.knowledge.sharing import NOBODY, Users, origins, users_of
from kernel.registries import SourceOwner
from organisations.actors import Actor
from web.numbers import compact_number

_ICONS = {
    "text": "text",
    "qa": "message-circle-question-mark",
    "url": "globe",
    "site": "network",
    "connector": "plug",
}
_FILE_ICONS = {
    "pptx": "monitor",
    "xlsx": "file-spreadsheet",
    "csv": "file-spreadsheet",
    "tsv": "file-spreadsheet",
    "html": "file-code",
    "json": "file-code",
    "jsonl": "file-code",
    "epub": "book-open",
    "eml": "mail",
    "zip": "file-archive",
    "png": "image",
    "jpg": "image",
    "webp": "image",
    "tiff": "image",
}
QUOTING = {
    Source.Showing.QUOTE: gettext_lazy("Freely"),
    Source.Showing.QUOTE_ONLY: gettext_lazy("Quoted words only"),
    Source.Showing.HIDDEN: gettext_lazy("Never shown"),
    Source.Showing.DOWNLOAD: gettext_lazy("Freely, with the file"),
}


@dataclass
class Row:
    """A source with its newest document, and the sums of what it holds where it is a website or an archive.

    Attributes:
        shared: whether it belongs to another assistant; origin: that one, where it may be looked into.
        users: who else answers from it.
        reader: whose account reads it, where it is gathered from a service outside.
    """

    source: Source
    children: Children | None = None
    shared: bool = False
    origin: SourceOwner | None = None
    users: Users = NOBODY
    reader: User | None = None
    document: Document = field(init=False)

    def __post_init__(self) -> None:
        missing = Document(state=Document.State.FAILED, error_code="file_missing")
        if self.source.type == Source.Type.SITE:
            missing = Document(state=Document.State.READY)
        elif self.source.gathers:
            missing = self._gathered()
        self.document = self.source.document or missing

    def _gathered(self) -> Document:
        """How what is gathered from a service outside stands, as one."""
        source, state = self.source, Document.State.READY
        done, total = source.settings.get("_progress", (0, 0))
        if source.look_until is not None:
            state = Document.State.PARSING if source.look or total else Document.State.UPLOADED
        elif self.children is None:
            failure = source.sync_error or "origin_empty"
            return Document(state=Document.State.FAILED, error_code=failure)
        left_out = source.settings.get("_left_out", [])
        return Document(state=state, warnings=left_out, done=done, total=total, unit="files")

    @property
    def id(self) -> str:
        return str(self.source.public_id)

    @property
    def icon(self) -> str:
        if self.source.type == Source.Type.FILE:
            return _FILE_ICONS.get(self.document.format, "file-text")
        return _ICONS.get(self.source.type, "file-text")

    @property
    def is_archive(self) -> bool:
        return self.document.format == "zip"

    @property
    def opens(self) -> bool:
        """Whether there are sources inside to look at."""
        return self.children is not None

    @cached_property
    def state(self) -> str:
        """failed, working, warned or ready."""
        if self.document.state == Document.State.FAILED:
            return "failed"
        if self.document.state in Document.UNFINISHED or (self.children and self.children.working):
            return "working"
        return "warned" if self.warning_count else "ready"

    @property
    def warning_count(self) -> int:
        inside = self.children.failed if self.children else 0
        return len(self.document.warnings) + inside + bool(self.source.sync_error)

    @property
    def state_words(self) -> str:
        if self.state == "warned":
            return ngettext("Ready, %(count)s warning", "Ready, %(count)s warnings", self.warning_count) % {
                "count": self.warning_count
            }
        if self.state == "working" and self.document.state not in Document.UNFINISHED:
            return gettext("Reading")
        return str(self.document.get_state_display())

    @property
    def sentence(self) -> str:
        return sentence_of(self.document)

    @property
    def failed(self) -> bool:
        return failure_of(self.document) is not None

    @property
    def failed_at(self) -> str:
        return "embedding" if self.failed and self.document.searchable else "parsing"

    @property
    def passages(self) -> int:
        return self.document.passages + (self.children.passages if self.children else 0)

    @property
    def tokens(self) -> int:
        return self.document.tokens + (self.children.tokens if self.children else 0)

    @property
    def cost(self) -> int:
        return self.document.cost + (self.children.cost if self.children else 0)

    @property
    def size(self) -> int:
        return self.document.size

    @property
    def quoting(self) -> str:
        return str(QUOTING[Source.Showing(self.source.showing)])

    @property
    def extent(self) -> str:
        """How large it is in its own words: pages, slides, sheets, chapters, pairs or files; empty where unknown."""
        if self.source.type == Source.Type.SITE:
            return counted("page", self.children.count if self.children else 0)
        if self.is_archive or self.source.type == Source.Type.CONNECTOR:
            return counted("file", self.children.count if self.children else 0)
        if self.source.type == Source.Type.QA:
            return counted("pair", self.document.pages or self.document.passages)
        return "" if self.document.pages is None else counted(self.document.page_kind, self.document.pages)

    @property
    def checked(self) -> object:
        """When its origin was last looked at, or it was last read."""
        source, document = self.source, self.document
        return max(filter(None, (source.created_at, source.synced_at, document.finished_at)))


def plain_rows(sources: Sequence[Source]) -> list[Row]:
    """Rows of sources that stand in a list of their own: what holds others is not summed up."""
    return [Row(source) for source in sources]


def rows_of(actor: Actor, source_set: SourceSet, sources: Sequence[Source]) -> list[Row]:
    """Rows of sources that a set answers from, with sums, origins and who else uses them; a few statements for all."""
    sums, places = children_sums(source_set, sources), origins(actor, source_set, sources)
    readers = readers_of(sources)
    users = users_of(actor, [source for source in sources if source.pk not in places])
    return [
        Row(
            source,
            sums.get(source.pk),
            shared=source.pk in places,
            origin=places.get(source.pk),
            users=users.get(source.pk, NOBODY),
            reader=readers.get(source.pk),
        )
        for source in sources
    ]


def counted(kind: str, number: int) -> str:
    """A count of pages, slides, sheets, chapters, pairs or files."""
    words = {
        "page": ngettext("%(count)s page", "%(count)s pages", number),
        "slide": ngettext("%(count)s slide", "%(count)s slides", number),
        "sheet": ngettext("%(count)s sheet", "%(count)s sheets", number),
        "chapter": ngettext("%(count)s chapter", "%(count)s chapters", number),
        "pair": ngettext("%(count)s pair", "%(count)s pairs", number),
        "file": ngettext("%(count)s file", "%(count)s files", number),
    }
    return words[kind] % {"count": compact_number(number)}


def place_words(kind: str, number: int) -> str:
    """What a place in a document is called: page 3, slide 3 …; `kind` may be section, of a document without pages."""
    words = {
        "page": pgettext("place in a document", "Page %(number)s"),
        "slide": _("Slide %(number)s"),
        "sheet": _("Sheet %(number)s"),
        "chapter": _("Chapter %(number)s"),
        "section": _("Part %(number)s"),
    }
    return words[kind] % {"number": number}
