"""What people were told about a listing's data, and who has read that it grew."""

from django.conf import settings
from django.db import models

from kernel.models import TenantModel
from store.models.listings import Listing


class Widening(TenantModel):
    """A version with which a listing began to do more with people's data. Its changes are codes, as words are the reader's.

    Attributes:
        changes: `{code, subject, detail}` each; see store.disclosing.widening.
        told_at: when those who pinned or used it were told.
    """

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="widenings")
    version_number = models.PositiveIntegerField()
    changes = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
    told_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["listing", "-id"], name="widening_of_listing")]

    def __str__(self) -> str:
        return f"{self.listing_id} v{self.version_number}"


class Telling(TenantModel):
    """News about a listing that is on its way to the organisations of those whom it concerns.

    Attributes:
        kind: of the event that each of them gets: see store.actions.go_on_telling. widening_id: what it is about; 0 where it
            is about the listing as such.
        payload: what each of them is told.
        reached: the primary key of the last organisation that was told; those after it are not told yet.
        done_at: when all were.
    """

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=24)
    widening_id = models.BigIntegerField(default=0)
    payload = models.JSONField()
    reached = models.BigIntegerField(default=0)
    started_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["listing", "kind", "widening_id"], name="telling_once")
        ]
        indexes = [
            models.Index(fields=["started_at"], condition=models.Q(done_at=None), name="telling_under_way")
        ]

    def __str__(self) -> str:
        return f"{self.listing_id} {self.kind}"


class WideningSeen(TenantModel):
    """That somebody has read up to which version a listing's disclosure grew. The listing may be another organisation's."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    listing_id = models.CharField(max_length=48)
    version_number = models.PositiveIntegerField()
    seen_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user", "listing_id"], name="widening_seen_once")
        ]

    def __str__(self) -> str:
        return self.listing_id
