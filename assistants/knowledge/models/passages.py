"""Passages and their vectors: what retrieval reads."""

from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _
from pgvector.django import HalfVectorField, SparseVectorField

from assistants.knowledge.models.documents import Document
from assistants.knowledge.models.sources import SourceSet
from kernel.ids import PublicIdField
from kernel.models import TenantModel


class Passage(TenantModel):
    """A piece of a document, cut at its structure; `start` and `end` are exact offsets in the document's text."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        TABLE = "table", _("Table")
        ROW = "row", _("Row")
        CODE = "code", _("Code")
        QA = "qa", _("Question and answer")

    public_id = PublicIdField("psg_")
    document = models.ForeignKey(
        Document, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    ordinal = models.PositiveIntegerField()
    kind = models.CharField(max_length=5, choices=Kind.choices, default=Kind.TEXT)
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
    """What a search by meaning reads: kept narrow, because every search of a source set reads all of its rows.

    Its passage says that set and document are there, and of the organisation. Its table is partitioned by `shelf`, the one of
    its set: see `Shelf`.
    """

    passage = models.OneToOneField(
        Passage,
        primary_key=True,
        db_column="id",
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
    )
    source_set_id = models.BigIntegerField()
    document_id = models.BigIntegerField()
    embedding = HalfVectorField(null=True)
    shelf = models.BigIntegerField(default=0)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["organisation", "source_set_id", "document_id"], name="vector_place")]


class PassageWords(TenantModel):
    """What a search by words reads: each passage has a row here and a PassageVector, on the same shelf.

    As there, its passage says that set and document are there. On the shared shelf words are numbers, which are
    read row by row (see `assistants.knowledge.terms`); on a set's own they are as an index on words finds them.
    """

    passage = models.OneToOneField(
        Passage,
        primary_key=True,
        db_column="id",
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
    )
    source_set_id = models.BigIntegerField()
    document_id = models.BigIntegerField()
    size = models.IntegerField(null=True)
    terms = SparseVectorField(null=True)
    words = SearchVectorField(null=True)
    shelf = models.BigIntegerField(default=0)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["organisation", "source_set_id", "document_id"], name="words_place")]


class PendingVector(TenantModel):
    """A passage's vector by the set's next embedder, until all of them are there and take the place of the others."""

    passage = models.OneToOneField(
        Passage,
        primary_key=True,
        db_column="id",
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
    )
    source_set = models.ForeignKey(SourceSet, on_delete=models.CASCADE, related_name="+")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")
    embedding = HalfVectorField()
