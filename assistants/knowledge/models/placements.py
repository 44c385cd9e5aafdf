"""Where a document's vectors lie besides the database."""

from django.db import models


class Placement(models.Model):
    """A document whose vectors lie, or may lie, in a store outside.

    Written before the first vector goes there, and kept until the last one is known to be gone: it names keys alone, so
    that it may outlive its document and its organisation. The database itself sets `erase_at` when a document is deleted,
    whoever deletes it.

    Attributes:
        store: its name, as in `VECTOR_STORE`.
        embedder: the model whose vectors are there, all of them; empty where they are not, or not yet.
        erase_at: from when on they are to be taken away; null where they are to stay.
        attempts: how often that was tried.
    """

    store = models.CharField(max_length=20)
    organisation_id = models.BigIntegerField()
    document_id = models.BigIntegerField(db_index=True)
    embedder = models.CharField(max_length=120, blank=True)
    erase_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "document_id"], name="one_placement_a_store")]
        indexes = [
            models.Index(
                fields=["erase_at"], condition=models.Q(erase_at__isnull=False), name="placement_to_erase"
            )
        ]
