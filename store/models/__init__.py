"""What the store keeps."""

from store.models.creators import CreatorPage, DomainProof, Follow, OldHandle
from store.models.directories import AllowedListing, Department, Requirement
from store.models.disclosing import Widening, WideningSeen
from store.models.library import Collection, CollectionItem, Install, ShareLink, Use
from store.models.listings import Listing, ListingDay
from store.models.moderation import Case, Decision, Report, Takedown
from store.models.reviews import Feedback, RatingPrior, Review, ReviewVote

__all__ = [
    "AllowedListing",
    "Case",
    "Collection",
    "CollectionItem",
    "CreatorPage",
    "Decision",
    "Department",
    "DomainProof",
    "Feedback",
    "Follow",
    "Install",
    "Listing",
    "ListingDay",
    "OldHandle",
    "RatingPrior",
    "Report",
    "Requirement",
    "Review",
    "ReviewVote",
    "ShareLink",
    "Takedown",
    "Use",
    "Widening",
    "WideningSeen",
]
