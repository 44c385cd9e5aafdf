"""Documents: immutable revisions of what a source holds, and their pages."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assistants.knowledge.models.sources import Source, SourceSet
from kernel.ids import PublicIdField
from kernel.models import TenantModel


class Document(TenantModel):
    """One immutable revision of a source's content, and how far the work on it has come.

    `lease_until` is when the sweeper looks at it again: a working task keeps moving it; `lease` names the holder,
    and is empty while the document waits in the queue.

    Attributes:
        page_kind: what its pages are called.
        warnings: what is odd about its text, as `{"code": …}` with figures; sentences are `assistants.knowledge.warnings`'.
        cost: of reading and embedding it, in micro-units of the platform's currency.
        vector_store: where else its vectors lie, by the store's name; they always lie in the database.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Uploaded")
        PARSING = "parsing", _("Reading")
        EMBEDDING = "embedding", _("Embedding")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Not read")

    class PageKind(models.TextChoices):
        PAGE = "page", _("Page")
        SLIDE = "slide", _("Slide")
        SHEET = "sheet", _("Sheet")
        CHAPTER = "chapter", _("Chapter")

    UNFINISHED = (State.UPLOADED, State.PARSING, State.EMBEDDING)
    NO_ALLOWANCE = "allowance_used_up"

    public_id = PublicIdField("doc_")
    source_set = models.ForeignKey(SourceSet, on_delete=models.CASCADE, related_name="+")
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="documents")
    name = models.CharField(max_length=255)
    format = models.CharField(max_length=8, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(default=0)
    storage_key = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    searchable = models.BooleanField(default=False)
    lease = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    unit = models.CharField(max_length=10, default="bytes")
    pages = models.PositiveIntegerField(null=True)
    page_kind = models.CharField(max_length=8, choices=PageKind.choices, default=PageKind.PAGE)
    passages = models.PositiveIntegerField(default=0)
    characters = models.PositiveIntegerField(default=0)
    tokens = models.PositiveIntegerField(default=0)
    embedder = models.CharField(max_length=120, blank=True)
    vector_store = models.CharField(max_length=20, blank=True)
    cost = models.BigIntegerField(default=0)
    warnings = models.JSONField(default=list)
    error_code = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    parsed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["organisation", "sha256"], name="document_bytes"),
            models.Index(
                fields=["lease_until"],
                name="document_unfinished",
                condition=models.Q(state__in=["uploaded", "parsing", "embedding"]),
            ),
            models.Index(fields=["vector_store"], name="document_placed", condition=models.Q(state="ready")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rests(self) -> bool:
        """Whether its embedding waits for the organisation's allowance."""
        return self.state == self.State.EMBEDDING and self.error_code == self.NO_ALLOWANCE


class DocumentPage(TenantModel):
    """The paragraphs of a page, or of a stretch of a document without pages, for showing a citation in its place.

    `paragraphs` holds `[number, start, end, heading or null, text, kind]` for each; offsets count characters of the
    document's whole text. `boxes` holds `[left, top, right, bottom]` of each, as parts of the page's width and height from
    its top left corner, or null; it is empty where the format has no such places.
    """

    document = models.ForeignKey(
        Document, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    number = models.PositiveIntegerField()
    paragraphs = models.JSONField(default=list)
    boxes = models.JSONField(default=list)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="one_page_a_number")]
