"""What people say about assistants: stars and words for everybody, and words for the creator alone."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import PublicIdField
from kernel.models import TenantModel
from store.models.listings import Listing


class Review(TenantModel):
    """Somebody's stars and words. It belongs to the listing's organisation; its author may be of another one."""

    class State(models.TextChoices):
        SHOWN = "shown", _("Shown")
        HELD = "held", _("Looked at first")
        HIDDEN = "hidden", _("Hidden")

    public_id = PublicIdField("rtg_")
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="reviews")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # Of the organisation that the author acted in: many from one are no crowd.
    from_organisation = models.BigIntegerField()
    author_name = models.CharField(max_length=120)
    stars = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(5)])
    text = models.TextField(max_length=2000, blank=True)
    language = models.CharField(max_length=32, blank=True)
    version_number = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.SHOWN)
    # Whether strangers see the listing, and so its reviews; kept in step with it.
    is_public = models.BooleanField(default=False)
    # How much its stars count: 0 for one that looks like part of a brigade.
    weight = models.FloatField(default=1)
    # The matter of a whole burst, where it is looked at as a part of one.
    burst = models.ForeignKey(
        "store.Case", null=True, on_delete=models.SET_NULL, related_name="burst_reviews"
    )
    helpful = models.PositiveIntegerField(default=0)
    reply = models.TextField(max_length=2000, blank=True)
    replied_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["listing", "user"], name="review_once"),
            models.CheckConstraint(condition=models.Q(stars__range=(1, 5)), name="review_stars"),
        ]
        indexes = [
            models.Index(fields=["listing", "state", "-helpful", "-id"], name="review_helpful"),
            models.Index(fields=["listing", "state", "-created_at", "-id"], name="review_new"),
            models.Index(fields=["listing", "state", "-stars", "-id"], name="review_stars_order"),
            models.Index(fields=["burst", "id"], condition=models.Q(state="held"), name="review_in_burst"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class ReviewVote(TenantModel):
    """That somebody found a review helpful."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="votes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["review", "user"], name="review_vote_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.review_id}"


class Feedback(TenantModel):
    """Words to the creator that nobody else reads."""

    public_id = PublicIdField("fbk_")
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="feedback")
    # Empty where the writer did not want to be named.
    author_name = models.CharField(max_length=120, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField(max_length=4000)
    version_number = models.PositiveIntegerField()
    read_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["listing", "-created_at", "-id"], name="feedback_new")]

    def __str__(self) -> str:
        return str(self.public_id)


class RatingPrior(models.Model):
    """What a listing counts as before anybody has rated it: the mean of all stars in the store, worked out each night."""

    mean = models.FloatField()
    reviews = models.PositiveIntegerField(default=0)
    computed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.mean:.2f}"
