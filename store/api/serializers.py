"""Listings as JSON."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from organisations.api.base import StrictSerializer
from store.categories import CATEGORY_CHOICES
from store.disclosing.history import history_of
from store.disclosure import disclosures
from store.models import Listing
from store.sampling import LONGEST, ROLES


class TextOrList(serializers.Field):  # type: ignore[type-arg]
    """A text; a list of lines is taken for one."""

    def to_internal_value(self, data: Any) -> str:
        """Lines joined."""
        if isinstance(data, list) and all(isinstance(line, str) for line in data):
            return "\n".join(data)
        if not isinstance(data, str):
            raise serializers.ValidationError("Not a valid string.", "invalid")
        return data

    def to_representation(self, value: Any) -> str:
        """As it is kept."""
        return str(value)


class SaidInput(StrictSerializer):
    """One message of a sample conversation."""

    role = serializers.ChoiceField(choices=ROLES)
    text = serializers.CharField(max_length=LONGEST)


class ListingInput(StrictSerializer):
    """What may be written; everything is optional."""

    visibility = serializers.ChoiceField(choices=Listing.Visibility.choices, required=False)
    category = serializers.ChoiceField(choices=CATEGORY_CHOICES, required=False)
    tagline = serializers.CharField(max_length=120, required=False, allow_blank=True)
    description = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    language = serializers.RegexField(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", required=False)
    statements = TextOrList(required=False)
    privacy_policy_url = serializers.CharField(
        max_length=200, required=False, allow_blank=True, allow_null=True
    )
    languages = serializers.ListField(child=serializers.CharField(max_length=32), required=False)
    starters = serializers.ListField(child=serializers.CharField(max_length=500), required=False)
    sample = SaidInput(many=True, required=False)
    trial = serializers.BooleanField(required=False)


class OwnListing(serializers.Serializer[Any]):
    """A listing as its creators see it."""

    id = serializers.CharField(source="public_id")
    slug = serializers.CharField(source="publication.slug")
    assistant = serializers.CharField(source="publication.assistant.public_id")
    visibility = serializers.CharField()
    state = serializers.CharField()
    name = serializers.CharField()
    tagline = serializers.CharField()
    description = serializers.CharField()
    category = serializers.CharField()
    language = serializers.CharField()
    languages = serializers.ListField(child=serializers.CharField())
    starters = serializers.ListField(child=serializers.CharField())
    sample = SaidInput(many=True)
    trial = serializers.BooleanField()
    statements = serializers.CharField()
    privacy_policy_url = serializers.CharField()
    featured = serializers.BooleanField()
    version = serializers.IntegerField(source="version_number")
    conversations = serializers.IntegerField()
    installs = serializers.IntegerField()
    url = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField()
    live_at = serializers.DateTimeField()

    def get_url(self, listing: Listing) -> str:
        """The address of its page."""
        return f"{settings.PUBLIC_URL}/a/{listing.publication.slug}"


class ListedPrice(serializers.Serializer[Any]):
    """The first of its prices; `amount` is in millionths of the installation's currency, `kind` empty where it is free."""

    kind = serializers.CharField(source="price_kind")
    amount = serializers.IntegerField(source="price_amount")
    words = serializers.CharField(source="card.price")
    included = serializers.BooleanField(source="in_pool", help_text="Whether a paying plan includes it.")


class PublicListing(serializers.Serializer[Any]):
    """A listing as everybody sees it."""

    id = serializers.CharField(source="public_id")
    slug = serializers.CharField(source="publication.slug")
    name = serializers.CharField()
    tagline = serializers.CharField()
    description = serializers.CharField()
    creator = serializers.CharField(source="creator_name")
    category = serializers.CharField()
    language = serializers.CharField()
    visibility = serializers.CharField()
    starters = serializers.ListField(source="publication.starters", child=serializers.CharField())
    featured = serializers.BooleanField()
    version = serializers.IntegerField(source="version_number")
    verified = serializers.BooleanField(source="is_verified")
    free = serializers.BooleanField(source="is_free")
    price = ListedPrice(source="*")
    rating = serializers.FloatField(source="card.rating", allow_null=True)
    reviews = serializers.IntegerField(source="reviews_count")
    calls_outside = serializers.BooleanField()
    writes_outside = serializers.BooleanField()
    model_family = serializers.CharField()
    conversations = serializers.IntegerField()
    installs = serializers.IntegerField()
    url = serializers.SerializerMethodField()
    live_at = serializers.DateTimeField()

    def get_url(self, listing: Listing) -> str:
        """The address of its page."""
        return f"{settings.PUBLIC_URL}/a/{listing.publication.slug}"


class ChangeOutput(serializers.Serializer[Any]):
    """What its creator tells readers about a version."""

    version = serializers.IntegerField(source="number")
    text = serializers.CharField(source="words")
    widened = serializers.ListField(
        child=serializers.CharField(), help_text="What it does more with people's data, as sentences."
    )
    at = serializers.DateTimeField()


class PublicListingDetail(PublicListing):
    """With what it says about data, and what was worked out about it."""

    welcome_message = serializers.CharField(source="publication.welcome_message")
    languages = serializers.ListField(child=serializers.CharField())
    sample = SaidInput(many=True)
    trial = serializers.BooleanField()
    changes = serializers.SerializerMethodField()
    disclosures = serializers.SerializerMethodField()

    @extend_schema_field(ChangeOutput(many=True))
    def get_changes(self, listing: Listing) -> Any:
        """What was new in which version, the newest first."""
        told = [line for line in history_of(listing).versions if line.words or line.widened]
        return ChangeOutput(told, many=True).data

    def get_disclosures(self, listing: Listing) -> dict[str, Any]:
        """Hosts, models, what is stored, who sees it, limits; and the creator's own statements."""
        return disclosures(listing)
