"""What the background work on knowledge keeps for itself."""

from django.db import models
from django.db.models.functions import Now

from assistants.knowledge.models.sources import SourceSet
from kernel.ids import PublicIdField
from kernel.models import TenantModel


class Reembedding(TenantModel):
    """A set's passages on their way to its next embedder; the row is gone once they have arrived.

    `lease` and `lease_until` are as a document's.

    Attributes:
        done: passages that have their vector by the next embedder.
        cost: so far, in micro-units of the platform's currency.
        error_code: why it stands still, until the next attempt; empty where it does not.
    """

    public_id = PublicIdField("emb_")
    source_set = models.OneToOneField(SourceSet, on_delete=models.CASCADE, related_name="reembedding")
    started_at = models.DateTimeField(db_default=Now())
    lease = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    cost = models.BigIntegerField(default=0)
    error_code = models.CharField(max_length=40, blank=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["lease_until"], name="reembedding_due")]


class StoredBytes(TenantModel):
    """Bytes in storage that may be needed by no document any more, to be looked at some time after `since`.

    Attributes:
        removing: they are being taken away: whoever brings the same bytes stores them under another key.
    """

    key = models.CharField(max_length=200)
    since = models.DateTimeField(db_default=Now())
    removing = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="one_note_a_key")]
        indexes = [models.Index(fields=["since"], name="stored_bytes_due")]

    def __str__(self) -> str:
        return self.key
