"""Shelves: the partitions that vectors of large sets have to themselves."""

from django.db import models

from assistants.knowledge.models.sources import SourceSet
from kernel.models import TenantModel


class Shelf(TenantModel):
    """A set's own partitions of vectors and words, the tables `knowledge_shelf_<its key>` and `knowledge_words_<its key>`.
    The key 0, without a row, is shared.

    The tables follow their row, by a trigger of the database: they are made and dropped with it, indexed when the shelf is
    INDEXED, become partitions when it is SERVING, and stand by themselves again when it is LEAVING.

    Attributes:
        source_set: whose; null where the set is gone, so that the shelf can go, too.
        filled_to: the key of the last document that was copied, while it is FILLING.
        dimensions: of the vectors in the index; null where there is none that serves.
        passages, words: how many there are, and how many different words one has on average, when it was counted last.
        left_at: since when nobody is sent there any more.
    """

    class State(models.TextChoices):
        FILLING = "filling"
        INDEXED = "indexed"
        SERVING = "serving"
        LEAVING = "leaving"

    source_set = models.ForeignKey(SourceSet, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.FILLING)
    filled_to = models.BigIntegerField(default=0)
    dimensions = models.PositiveIntegerField(null=True)
    passages = models.PositiveIntegerField(default=0)
    words = models.FloatField(default=1.0)
    created_at = models.DateTimeField(auto_now_add=True)
    left_at = models.DateTimeField(null=True)


class ShelfChange(TenantModel):
    """A document whose vectors were written while its set was being moved: it is copied again."""

    shelf = models.ForeignKey(Shelf, on_delete=models.CASCADE, related_name="changes")
    document_id = models.BigIntegerField()


class ShelfTerm(TenantModel):
    """How many passages of a shelf hold a word; only words that many do."""

    shelf = models.ForeignKey(Shelf, on_delete=models.CASCADE, related_name="terms", db_index=False)
    lexeme = models.TextField()
    passages = models.PositiveIntegerField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["shelf", "lexeme"], name="one_count_a_word")]
