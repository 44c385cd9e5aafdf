"""What people keep: pins, how much they used what, collections, and links that they share."""

from django.conf import settings
from django.db import models

from kernel.ids import PublicIdField
from kernel.models import TenantModel


class Install(TenantModel):
    """Somebody's pin. It may point to another organisation's listing, so it holds a copy of what the rail shows."""

    public_id = PublicIdField("ins_")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    listing_id = models.CharField(max_length=48, db_index=True)
    publication_id = models.CharField(max_length=48)
    slug = models.CharField(max_length=80)
    name = models.CharField(max_length=80)
    picture_seed = models.CharField(max_length=64)
    order = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user", "listing_id"], name="pinned_once")
        ]

    def __str__(self) -> str:
        return self.name


class Use(TenantModel):
    """How much somebody has used a published assistant, in the organisation that they act in.

    Whoever has used it enough may rate it; what was used last is shown first.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    publication_id = models.CharField(max_length=48)
    turns = models.PositiveIntegerField(default=0)
    days = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user", "publication_id"], name="use_once")
        ]
        indexes = [
            models.Index(fields=["organisation", "user", "-last_at", "-id"], name="use_recent"),
            models.Index(fields=["user", "publication_id"], name="use_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.publication_id}"


class Collection(TenantModel):
    """Listings that somebody put together under a name."""

    public_id = PublicIdField("col_")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    about = models.CharField(max_length=300, blank=True)
    order = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    # Since when it may still be brought back.
    deleted_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user", "name"],
                condition=models.Q(deleted_at=None),
                name="collection_name_once",
            )
        ]

    def __str__(self) -> str:
        return self.name


class CollectionItem(TenantModel):
    """A listing in a collection; it may be another organisation's."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="items")
    listing_id = models.CharField(max_length=48)
    order = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["collection", "listing_id"], name="collection_item_once")
        ]

    def __str__(self) -> str:
        return self.listing_id


class ShareLink(TenantModel):
    """An address that shows a collection, or opens an assistant, until a day. Only a hash of its secret is kept."""

    public_id = PublicIdField("shl_")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    collection = models.ForeignKey(Collection, null=True, on_delete=models.CASCADE, related_name="links")
    # Of an assistant of the same organisation.
    publication = models.ForeignKey(
        "building.Publication", null=True, on_delete=models.CASCADE, related_name="share_links"
    )
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    opened = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(collection=None, publication__isnull=False)
                | models.Q(collection__isnull=False, publication=None),
                name="share_link_one_target",
            )
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Pass(TenantModel):
    """What somebody got by opening a share link of an assistant: they may use it as long as the link works.

    It belongs to the organisation that the person acted in, and names the link, which is the creator's.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    publication_id = models.CharField(max_length=48)
    slug = models.CharField(max_length=80)
    link_id = models.CharField(max_length=48)
    # Whose link it is: the organisation's primary key.
    creator_id = models.BigIntegerField()
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        verbose_name_plural = "passes"
        constraints = [models.UniqueConstraint(fields=["organisation", "user", "link_id"], name="pass_once")]

    def __str__(self) -> str:
        return self.slug
