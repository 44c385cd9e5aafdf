"""The store for machines."""

from django.urls import path

from store.api import installs, listings, matters, moderation, public

urlpatterns = [
    path("listings", listings.ListingList.as_view(), name="api-listings"),
    path("listings/<str:listing_id>", listings.ListingDetail.as_view(), name="api-listing"),
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
    path("store/listings", public.StoreListings.as_view(), name="api-store-listings"),
    path("store/listings/<str:slug>", public.StoreListing.as_view(), name="api-store-listing"),
    path("directory/listings", public.DirectoryListings.as_view(), name="api-directory-listings"),
    path("directory/listings/<str:slug>", public.DirectoryListing.as_view(), name="api-directory-listing"),
    path("installs", installs.InstallList.as_view(), name="api-installs"),
    path("installs/<str:reference>", installs.InstallDetail.as_view(), name="api-install"),
]
