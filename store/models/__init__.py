"""What the store keeps."""

from store.models.counting import Counted, Crowd, Neighbour, NoSuggestions
from store.models.creators import CreatorPage, DomainProof, Follow, OldHandle
from store.models.directories import AllowedListing, Department, Requirement
from store.models.disclosing import Telling, Widening, WideningSeen
from store.models.discovery import Entry, EntryWords, Showcase, StoreWord, Tally
from store.models.library import Collection, CollectionItem, Install, Pass, ShareLink, Use
from store.models.listings import Listing, ListingDay
from store.models.meaning import EntryMeaning, MeaningDue, MeaningModel
from store.models.moderation import Case, Decision, Report, Takedown
from store.models.reviews import Feedback, RatingPrior, Review, ReviewVote

__all__ = [
    "AllowedListing",
    "Case",
    "Collection",
    "CollectionItem",
    "Counted",
    "CreatorPage",
    "Crowd",
    "Decision",
    "Department",
    "DomainProof",
    "Entry",
    "EntryMeaning",
    "EntryWords",
    "Feedback",
    "Follow",
    "Install",
    "Listing",
    "ListingDay",
    "MeaningDue",
    "MeaningModel",
    "Neighbour",
    "NoSuggestions",
    "OldHandle",
    "Pass",
    "RatingPrior",
    "Report",
    "Requirement",
    "Review",
    "ReviewVote",
    "ShareLink",
    "Showcase",
    "StoreWord",
    "Takedown",
    "Tally",
    "Telling",
    "Use",
    "Widening",
    "WideningSeen",
]
