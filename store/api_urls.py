"""The store for machines."""

from django.urls import path

from store import keeping_api_urls
from store.api import (
    creators,
    domains,
    insights,
    installs,
    listings,
    matters,
    moderation,
    pricing,
    public,
    reviews,
)

urlpatterns = [
    path("listings", listings.ListingList.as_view(), name="api-listings"),
    path("listings/<str:listing_id>", listings.ListingDetail.as_view(), name="api-listing"),
    path("listings/<str:listing_id>/price", pricing.ListingPrice.as_view(), name="api-listing-price"),
    path("listings/<str:listing_id>/submit", listings.ListingSubmit.as_view(), name="api-listing-submit"),
    path(
        "listings/<str:listing_id>/unpublish",
        listings.ListingUnpublish.as_view(),
        name="api-listing-unpublish",
    ),
    path(
        "listings/<str:listing_id>/checklist",
        matters.ListingChecklist.as_view(),
        name="api-listing-checklist",
    ),
    path("listings/<str:listing_id>/appeal", matters.ListingAppeal.as_view(), name="api-listing-appeal"),
    path("store/listings/<str:slug>/report", matters.ListingReport.as_view(), name="api-listing-report"),
    path("moderation/cases", moderation.ModerationCases.as_view(), name="api-moderation-cases"),
    path("moderation/cases/<str:case_id>", moderation.ModerationCase.as_view(), name="api-moderation-case"),
    path(
        "moderation/cases/<str:case_id>/decisions",
        moderation.ModerationDecisions.as_view(),
        name="api-moderation-decisions",
    ),
    path(
        "listings/<str:listing_id>/insights",
        insights.ListingInsights.as_view(),
        name="api-listing-insights",
    ),
    path("store/listings", public.StoreListings.as_view(), name="api-store-listings"),
    path("store/listings/<str:slug>", public.StoreListing.as_view(), name="api-store-listing"),
    path("directory/listings", public.DirectoryListings.as_view(), name="api-directory-listings"),
    path("directory/listings/<str:slug>", public.DirectoryListing.as_view(), name="api-directory-listing"),
    path("store/listings/<str:slug>/ratings", reviews.Ratings.as_view(), name="api-ratings"),
    path(
        "store/listings/<str:slug>/ratings/<str:review_id>/helpful",
        reviews.RatingHelpful.as_view(),
        name="api-rating-helpful",
    ),
    path(
        "store/listings/<str:slug>/ratings/<str:review_id>/reply",
        reviews.RatingReply.as_view(),
        name="api-rating-reply",
    ),
    path(
        "store/listings/<str:slug>/ratings/<str:review_id>/report",
        reviews.RatingReport.as_view(),
        name="api-rating-report",
    ),
    path(
        "store/listings/<str:slug>/feedback", reviews.ListingFeedback.as_view(), name="api-listing-feedback"
    ),
    path("listings/<str:listing_id>/feedback", reviews.OwnFeedback.as_view(), name="api-own-feedback"),
    path(
        "listings/<str:listing_id>/feedback/<str:feedback_id>",
        reviews.OwnFeedbackItem.as_view(),
        name="api-own-feedback-item",
    ),
    path("creator", creators.OwnCreator.as_view(), name="api-own-creator"),
    path("creator/domains", domains.OwnDomains.as_view(), name="api-own-domains"),
    path("creator/domains/<str:proof_id>", domains.OwnDomain.as_view(), name="api-own-domain"),
    path(
        "creator/domains/<str:proof_id>/check", domains.OwnDomainCheck.as_view(), name="api-own-domain-check"
    ),
    path("creators/<str:handle>", creators.CreatorDetail.as_view(), name="api-creator"),
    path("creators/<str:handle>/follow", creators.CreatorFollow.as_view(), name="api-creator-follow"),
    *keeping_api_urls.urlpatterns,
    path("installs", installs.InstallList.as_view(), name="api-installs"),
    path("installs/<str:reference>", installs.InstallDetail.as_view(), name="api-install"),
]
