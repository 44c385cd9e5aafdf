"""What the public store is browsed and searched by, and what its operator shows first."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import get_language

from kernel.ids import PublicIdField
from kernel.models import TenantModel
from store.cards import Card
from store.categories import CATEGORIES, Category
from store.models.listings import Listing

ORDERED = ("conversations", "live_at", "trend", "rating")


def _indexes() -> list[models.Index]:
    """One index for every order of the whole store, of a category and of a language: no page sorts what it shows."""
    return [
        models.Index(
            fields=[*before, f"-{field}", "-listing"],
            name="_".join(["entry", *before, field]).replace("model_", ""),
        )
        for before in ([], ["category"], ["tongue"], ["model_family"])
        for field in (ORDERED if before != ["model_family"] else ORDERED[:1])
    ]


class Entry(TenantModel):
    """The card of a listing that stands in the public store now. Triggers keep it in step; nothing else writes it.

    Everybody may read it: a listing that is not public, live and published, or whose organisation is suspended, has none.

    Attributes:
        tongue: the language without its region and script, for filtering.
        hosts: how many outside hosts its assistant calls.
    """

    listing = models.OneToOneField(Listing, primary_key=True, on_delete=models.CASCADE, related_name="entry")
    public_id = models.CharField(max_length=48, unique=True)
    slug = models.CharField(max_length=80)
    picture_seed = models.CharField(max_length=64)
    name = models.CharField(max_length=80)
    tagline = models.CharField(max_length=120)
    creator_name = models.CharField(max_length=120)
    category = models.CharField(max_length=20)
    language = models.CharField(max_length=32)
    tongue = models.CharField(max_length=8)
    hosts = models.PositiveIntegerField()
    calls_outside = models.BooleanField()
    writes_outside = models.BooleanField()
    model_family = models.CharField(max_length=40)
    is_verified = models.BooleanField()
    is_free = models.BooleanField()
    price_kind = models.CharField(max_length=8, db_default="")
    price_amount = models.BigIntegerField(db_default=0)
    in_pool = models.BooleanField(db_default=False)
    featured = models.BooleanField()
    version_number = models.PositiveIntegerField()
    conversations = models.PositiveIntegerField()
    installs = models.PositiveIntegerField()
    trend = models.FloatField()
    stars = models.PositiveIntegerField()
    reviews_count = models.PositiveIntegerField()
    rating = models.FloatField()
    live_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        indexes = [
            *_indexes(),
            models.Index(
                fields=["-live_at", "-listing"], condition=models.Q(featured=True), name="entry_featured"
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
        """What its card shows."""
        return Card.of(
            self, slug=self.slug, seed=self.picture_seed, hosts=self.hosts, writes=self.writes_outside
        )


class EntryWords(TenantModel):
    """The words of an entry, with what it is filtered by and how much it is used written among them as words of their own."""

    listing = models.OneToOneField(
        Listing, primary_key=True, on_delete=models.CASCADE, related_name="entry_words"
    )
    words = SearchVectorField()

    class Meta(TenantModel.Meta):
        indexes = [GinIndex(fields=["words"], name="entry_words", fastupdate=False)]

    def __str__(self) -> str:
        return str(self.pk)


class StoreWord(models.Model):
    """A word that some public listing says: what an unknown word may have meant."""

    word = models.CharField(max_length=40, primary_key=True)

    class Meta:
        indexes = [GinIndex(fields=["word"], name="store_word_like", opclasses=["gin_trgm_ops"])]

    def __str__(self) -> str:
        return self.word


class Tally(models.Model):
    """How many entries stand in a category. The sum over its slots counts: writers seldom share one."""

    category = models.CharField(max_length=20)
    slot = models.PositiveSmallIntegerField()
    listings = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["category", "slot"], name="tally_once")]

    def __str__(self) -> str:
        return f"{self.category}: {self.listings}"


class Showcase(models.Model):
    """Listings that the operator puts together under a title, for the store's front page."""

    public_id = PublicIdField("shw_")
    title_en = models.CharField(max_length=80)
    title_zh = models.CharField(max_length=80, blank=True)
    about_en = models.CharField(max_length=200, blank=True)
    about_zh = models.CharField(max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    is_shown = models.BooleanField(default=True)
    # Public ids of listings, in their order.
    listings = models.JSONField(default=list)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return self.title_en

    @property
    def title(self) -> str:
        """Its title in the reader's language."""
        return self._in_language("title")

    @property
    def about(self) -> str:
        """What it says about itself in the reader's language."""
        return self._in_language("about")

    def _in_language(self, field: str) -> str:
        chinese = (get_language() or "").startswith("zh")
        return str((chinese and getattr(self, f"{field}_zh")) or getattr(self, f"{field}_en"))
