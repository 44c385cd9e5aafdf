"""How publications stand in the store, and who has pinned them."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import PublicIdField
from kernel.models import TenantModel
from store.categories import CATEGORIES, CATEGORY_CHOICES, Category


class Listing(TenantModel):
    """A publication's entry in the store. Name, picture and creator are copies, for searching across organisations.

    `visibility` is what the creator wishes; submitting makes it so. What is really open is decided by the publication.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Waiting for review")
        LIVE = "live", _("Live")
        CHANGES_REQUESTED = "changes_requested", _("Changes requested")
        REJECTED = "rejected", _("Rejected")
        SUSPENDED = "suspended", _("Suspended")
        UNPUBLISHED = "unpublished", _("Unpublished")

    class Visibility(models.TextChoices):
        PRIVATE = "private", _("Only those it is shared with")
        ORGANISATION = "organisation", _("Your organisation")
        LINK = "link", _("Anyone with the link")
        PUBLIC = "public", _("Everybody, in the store")

    public_id = PublicIdField("lst_")
    publication = models.OneToOneField(
        "building.Publication", on_delete=models.CASCADE, related_name="listing"
    )
    visibility = models.CharField(max_length=12, choices=Visibility, default=Visibility.PRIVATE)
    state = models.CharField(max_length=20, choices=State, default=State.DRAFT)
    name = models.CharField(max_length=80)
    tagline = models.CharField(max_length=120, blank=True)
    description = models.TextField(max_length=4000, blank=True)
    creator_name = models.CharField(max_length=120)
    category = models.CharField(max_length=20, choices=CATEGORY_CHOICES, default="work")
    language = models.CharField(max_length=32, blank=True)
    statements = models.TextField(max_length=4000, blank=True)
    privacy_policy_url = models.URLField(blank=True)
    version_number = models.PositiveIntegerField(default=1)
    version_note = models.CharField(max_length=1000, blank=True)
    version_at = models.DateTimeField(null=True)
    featured = models.BooleanField(default=False)
    conversations = models.PositiveIntegerField(default=0)
    installs = models.PositiveIntegerField(default=0)
    search = SearchVectorField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True)
    live_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["organisation", "-created_at", "-id"], name="listing_own"),
            models.Index(fields=["visibility", "state", "-live_at", "-id"], name="listing_new"),
            models.Index(fields=["visibility", "state", "-conversations", "-id"], name="listing_popular"),
            GinIndex(fields=["search"], name="listing_search"),
            GinIndex(fields=["name"], opclasses=["gin_trgm_ops"], name="listing_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shelf(self) -> Category:
        """The category with its label and icon."""
        return CATEGORIES[self.category]

    @property
    def is_live(self) -> bool:
        """Whether it stands in the store or the directory now."""
        return self.state == self.State.LIVE


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
