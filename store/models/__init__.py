"""What the store keeps."""

from store.models.creators import CreatorPage, DomainProof, Follow
from store.models.directories import AllowedListing, Department, Requirement
from store.models.library import Collection, CollectionItem, Install, ShareLink, Use
from store.models.listings import Listing, ListingDay
from store.models.moderation import Case, Decision, Report, Takedown
from store.models.reviews import Feedback, Review, ReviewVote

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
    "Report",
    "Requirement",
    "Review",
    "ReviewVote",
    "ShareLink",
    "Takedown",
    "Use",
]
