"""How publications stand in the store, and what is counted about them."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import PublicIdField
from kernel.models import TenantModel
from store.cards import Card, average
from store.categories import CATEGORIES, CATEGORY_CHOICES, Category


def no_stars() -> list[int]:
    """What nobody has rated yet."""
    return [0, 0, 0, 0, 0]


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
        APPEALED = "appealed", _("Appealed")
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
    department = models.ForeignKey(
        "store.Department", null=True, on_delete=models.SET_NULL, related_name="listings"
    )
    # What people filter by; worked out from the disclosure, the creator's page and the price.
    calls_outside = models.BooleanField(default=False)
    writes_outside = models.BooleanField(default=False)
    model_family = models.CharField(max_length=40, blank=True)
    is_verified = models.BooleanField(default=False)
    is_free = models.BooleanField(default=True)
    # Its first price, for lists: the kind, and micro-units. Whether a paying plan includes it.
    price_kind = models.CharField(max_length=8, blank=True, default="", db_default="")
    price_amount = models.BigIntegerField(default=0, db_default=0)
    in_pool = models.BooleanField(default=False, db_default=False)
    # What its sources are about, in a few words a source; searched, never shown.
    topics = models.TextField(blank=True)
    # A conversation that its creator chose, as `[{role, text}]`.
    sample = models.JSONField(default=list)
    # Whether strangers may try it under a strict budget.
    trial = models.BooleanField(default=False)
    # Which of the starters its page shows; none chosen shows all.
    starters = models.JSONField(default=list)
    # Codes of the languages that it answers in beside its own.
    languages = models.JSONField(default=list)
    # The disclosure that people were told last, and since when it last grew.
    disclosed = models.JSONField(default=dict)
    widened_at = models.DateTimeField(null=True)
    featured = models.BooleanField(default=False)
    conversations = models.PositiveIntegerField(default=0)
    installs = models.PositiveIntegerField(default=0)
    # The logarithm of its use, every one counting half as much a week later: see store.trending.
    trend = models.FloatField(default=0)
    stars = models.PositiveIntegerField(default=0)
    reviews_count = models.PositiveIntegerField(default=0)
    # What its stars are worth beside how many there are: see store.reviews.rating.
    rating = models.FloatField(default=0)
    # How many reviews give one star, two, and so on; and the stars' weighted sum and weight, in hundredths.
    star_counts = ArrayField(models.PositiveIntegerField(), default=no_stars)
    rating_sum = models.PositiveIntegerField(default=0)
    rating_weight = models.PositiveIntegerField(default=0)
    # When those who follow its creator were told of it.
    followers_told_at = models.DateTimeField(null=True)
    # When moderators look at it again, by its age and risk.
    audit_due_at = models.DateTimeField(null=True)
    # What was approved last, as store.moderation.evidence describes it; empty before.
    approved = models.JSONField(default=dict)
    # What was found of personal data and secrets in its knowledge: see store.moderation.scan.
    scan = models.JSONField(default=dict)
    # A hash of what its model is told: two of the same are copies.
    fingerprint = models.CharField(max_length=64, blank=True, default="", db_index=True)
    search = SearchVectorField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True)
    live_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["organisation", "-created_at", "-id"], name="listing_own"),
            models.Index(fields=["audit_due_at"], condition=models.Q(state="live"), name="listing_audits"),
            # Names that many people know: what is called like them looks like them.
            GinIndex(
                fields=["name"],
                opclasses=["gin_trgm_ops"],
                condition=models.Q(state="live", visibility="public")
                & (models.Q(is_verified=True) | models.Q(conversations__gte=500)),
                name="listing_known_names",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shelf(self) -> Category:
        """The category with its label and icon."""
        return CATEGORIES[self.category]

    @property
    def card(self) -> Card:
        """What its card shows; its publication is read with it."""
        shown = self.publication
        hosts = len(shown.disclosure.get("hosts", ()))
        return Card.of(
            self, slug=shown.slug, seed=shown.picture_seed, hosts=hosts, writes=shown.writes_outside
        )

    @property
    def is_live(self) -> bool:
        """Whether it stands in the store or the directory now."""
        return self.state == self.State.LIVE

    @property
    def rating_shown(self) -> float | None:
        """The mean of its stars, to one decimal; None while fewer than three people have rated it."""
        return average(self.stars, self.reviews_count)


class ListingDay(TenantModel):
    """What was counted about a listing on one day, by the version that was live: never who it was.

    Attributes:
        impressions: cards shown. listed: answers of the API that held it. opens: visits of its page. people: who asked something. returns: of those, who had
            asked something on an earlier day.
        helpful, unhelpful: thumbs. refused: answers that said there was not enough information.
        trials: questions of strangers who tried it without an account.
        timed, milliseconds: answers whose time is known, and that time of all of them together.
    """

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    version_number = models.PositiveIntegerField()
    impressions = models.PositiveIntegerField(default=0)
    opens = models.PositiveIntegerField(default=0)
    conversations = models.PositiveIntegerField(default=0)
    turns = models.PositiveIntegerField(default=0)
    people = models.PositiveIntegerField(default=0)
    returns = models.PositiveIntegerField(default=0)
    installs = models.PositiveIntegerField(default=0)
    uninstalls = models.PositiveIntegerField(default=0)
    helpful = models.PositiveIntegerField(default=0)
    unhelpful = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    trials = models.PositiveIntegerField(default=0)
    listed = models.PositiveIntegerField(default=0)
    timed = models.PositiveIntegerField(default=0)
    milliseconds = models.PositiveBigIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["listing", "day", "version_number"], name="listing_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.listing_id} {self.day}"
