"""The directory and the library for machines."""

from django.urls import path

from store.api import directories, library

urlpatterns = [
    path("library", library.LibraryView.as_view(), name="api-library"),
    path("installs/order", library.InstallOrder.as_view(), name="api-install-order"),
    path("collections", library.CollectionList.as_view(), name="api-collections"),
    path("collections/order", library.CollectionOrder.as_view(), name="api-collection-order"),
    path("collections/<str:collection_id>", library.CollectionDetail.as_view(), name="api-collection"),
    path(
        "collections/<str:collection_id>/restore",
        library.CollectionRestore.as_view(),
        name="api-collection-restore",
    ),
    path(
        "collections/<str:collection_id>/listings",
        library.CollectionListings.as_view(),
        name="api-collection-listings",
    ),
    path(
        "collections/<str:collection_id>/listings/<str:listing_id>",
        library.CollectionListing.as_view(),
        name="api-collection-listing",
    ),
    path("share-links", library.ShareLinkList.as_view(), name="api-share-links"),
    path("share-links/<str:link_id>", library.ShareLinkDetail.as_view(), name="api-share-link"),
    path("directory/departments", directories.DepartmentList.as_view(), name="api-departments"),
    path("directory/departments/order", directories.DepartmentOrder.as_view(), name="api-department-order"),
    path(
        "directory/departments/<str:department_id>",
        directories.DepartmentDetail.as_view(),
        name="api-department",
    ),
    path(
        "listings/<str:listing_id>/department",
        directories.ListingDepartment.as_view(),
        name="api-listing-department",
    ),
    path("directory/requirements", directories.RequirementList.as_view(), name="api-requirements"),
    path(
        "directory/requirements/<str:requirement_id>",
        directories.RequirementDetail.as_view(),
        name="api-requirement",
    ),
    path("directory/allowed", directories.AllowedList.as_view(), name="api-allowed-listings"),
    path("directory/allowed/requests", directories.AllowedRequests.as_view(), name="api-allowed-requests"),
    path(
        "directory/allowed/<str:listing_id>", directories.AllowedDetail.as_view(), name="api-allowed-listing"
    ),
]
