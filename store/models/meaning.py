"""What the entries of the public store mean, as vectors."""

from django.db import models
from django.utils import timezone
from pgvector.django import HalfVectorField

from kernel.models import TenantModel
from store.models.listings import Listing


class EntryMeaning(TenantModel):
    """The vector of an entry. A trigger takes it away with the entry.

    Attributes:
        embedder: the `MeaningModel` that made it. told: a hash of the text that it was made of.
        embedding: of length 1, without what all texts of its script have in common.
    """

    listing = models.OneToOneField(
        Listing, primary_key=True, on_delete=models.CASCADE, related_name="entry_meaning"
    )
    embedder = models.CharField(max_length=200)
    told = models.CharField(max_length=32)
    embedding = HalfVectorField()

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["embedder", "listing"], name="meaning_embedder")]

    def __str__(self) -> str:
        return str(self.pk)


class MeaningDue(models.Model):
    """That an entry's words have changed since its vector was made. Triggers write it; whoever makes vectors takes it away.

    Attributes:
        due_at: when somebody may begin with it. While somebody works on it, that is when others may.
    """

    listing = models.OneToOneField(
        Listing, primary_key=True, on_delete=models.CASCADE, related_name="meaning_due"
    )
    due_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return str(self.pk)


class MeaningModel(models.Model):
    """An embedding model that vectors of entries were made with. A trigger makes its index.

    Attributes:
        embedder: its name, and a hash of the texts that `centres` was taken from.
        centres: what all of its vectors have in common, as `store.discovery.meaning.centres` packs it.
    """

    embedder = models.CharField(max_length=200, primary_key=True)
    dimensions = models.PositiveIntegerField()
    centres = models.BinaryField()

    def __str__(self) -> str:
        return self.embedder
