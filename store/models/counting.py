"""What counting remembers so that nothing counts twice, and what it found of listings that people use together."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from store.models.listings import Listing


class Counted(models.Model):
    """Something that has been counted: a turn, a conversation, an event or a batch of visits, by its name.

    Rows are written with the counts themselves, and are dropped when nothing can come a second time any more. The row
    `turns` says up to when finished turns have been counted.
    """

    key = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["at"], name="counted_at")]

    def __str__(self) -> str:
        return self.key


class Crowd(models.Model):
    """How many people of one crowd have asked a listing's assistant on a day: the more they are, the less one more weighs.

    Attributes:
        crowd: the key of the organisation that they acted in; 0 for all whose accounts are new.
    """

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+")
    day = models.DateField(db_index=True)
    crowd = models.BigIntegerField()
    people = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["listing", "day", "crowd"], name="crowd_once")]

    def __str__(self) -> str:
        return f"{self.listing_id} {self.day}"


class Neighbour(models.Model):
    """That people who use one public listing use another, too.

    Attributes:
        weight: from 0 to 1, drawn towards 0 where few people are behind it.
    """

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+")
    weight = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["listing", "other"], name="neighbour_once")]
        indexes = [models.Index(fields=["listing", "-weight"], name="neighbour_nearest")]

    def __str__(self) -> str:
        return f"{self.listing_id} {self.other_id}"


class NoSuggestions(models.Model):
    """That somebody wants nothing suggested by what they use, and what they use not to shape what others are shown."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    since = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.user_id)
