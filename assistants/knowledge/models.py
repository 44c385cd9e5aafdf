"""What assistants know: sources, the documents made of them, and passages with their vectors.

A source is something knowledge comes from; a document is one immutable revision of its content. Published versions
keep documents in their manifests, so a removed source's documents stay where they are.
"""

from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _
from pgvector.django import HalfVectorField

from kernel.ids import PublicIdField
from kernel.models import TenantModel


class SourceSet(TenantModel):
    """The sources of one assistant."""

    public_id = PublicIdField("set_")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.public_id)


class Source(TenantModel):
    """A file, a text or a web page that an assistant may quote."""

    class Type(models.TextChoices):
        FILE = "file", _("File")
        TEXT = "text", _("Text")
        URL = "url", _("Web page")

    public_id = PublicIdField("src_")
    source_set = models.ForeignKey(SourceSet, on_delete=models.CASCADE, related_name="sources")
    type = models.CharField(max_length=8, choices=Type.choices)
    name = models.CharField(_("name"), max_length=255)
    url = models.CharField(max_length=2000, blank=True)
    document = models.ForeignKey("Document", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(
                fields=["source_set", "-created_at", "-id"],
                name="source_recent",
                condition=models.Q(removed_at=None),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Document(TenantModel):
    """One immutable revision of a source's content, and how far the work on it has come.

    `lease_until` is when the sweeper looks at it again: a working task keeps moving it; `lease` names the holder,
    and is empty while the document waits in the queue.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Uploaded")
        PARSING = "parsing", _("Reading")
        EMBEDDING = "embedding", _("Embedding")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Not read")

    UNFINISHED = (State.UPLOADED, State.PARSING, State.EMBEDDING)

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
    passages = models.PositiveIntegerField(default=0)
    characters = models.PositiveIntegerField(default=0)
    tokens = models.PositiveIntegerField(default=0)
    embedder = models.CharField(max_length=120, blank=True)
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
        ]

    def __str__(self) -> str:
        return self.name


class DocumentPage(TenantModel):
    """The paragraphs of a page, or of a stretch of a document without pages, for showing a citation in its place.

    `paragraphs` holds `[number, start, end, heading or null, text]` for each; offsets count characters of the
    document's whole text.
    """

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    paragraphs = models.JSONField(default=list)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="one_page_a_number")]


class Passage(TenantModel):
    """A piece of a document, cut at its structure; `start` and `end` are exact offsets in the document's text."""

    public_id = PublicIdField("psg_")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+", db_index=False)
    ordinal = models.PositiveIntegerField()
    text = models.TextField()
    section = models.PositiveIntegerField()
    page = models.PositiveIntegerField(null=True)
    paragraph = models.PositiveIntegerField(null=True)
    heading = models.CharField(max_length=300, blank=True)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    tokens = models.PositiveIntegerField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "ordinal"], name="one_passage_an_ordinal")]


class PassageVector(TenantModel):
    """What a search reads: kept narrow, because every search of a source set reads all of its rows."""

    passage = models.OneToOneField(
        Passage,
        primary_key=True,
        db_column="id",
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
    )
    source_set = models.ForeignKey(
        SourceSet, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    document = models.ForeignKey(
        Document, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    embedding = HalfVectorField(null=True)
    words = SearchVectorField()

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["organisation", "source_set", "document"], name="vector_place")]
