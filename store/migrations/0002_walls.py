from typing import ClassVar

from django.db import migrations

from kernel.rls import AppendOnly, ReadPolicy, TenantTable
from store.migrations._entries import READ_BY_ALL


class Migration(migrations.Migration):
    dependencies: ClassVar = [("store", "0001_initial"), ("evaluation", "0002_walls")]

    operations: ClassVar = [
        TenantTable(
            "Listing",
            "Install",
            "Department",
            "ListingDay",
            "Use",
            "Collection",
            "CollectionItem",
            "ShareLink",
            "Review",
            "ReviewVote",
            "Feedback",
            "Case",
            "Decision",
            "Report",
            "Takedown",
            "CreatorPage",
            "DomainProof",
            "Follow",
            "AllowedListing",
            "Requirement",
            "Entry",
            "EntryWords",
            "Widening",
            "WideningSeen",
            "OldHandle",
            "Pass",
            "EntryMeaning",
            "Telling",
        ),
        AppendOnly("Decision"),
        ReadPolicy("Listing", "published", "state = 'live' AND visibility IN ('public', 'link')"),
        ReadPolicy("Review", "shown", "state = 'shown' AND is_public"),
        ReadPolicy("CreatorPage", "public", "is_public"),
        # It leads from an address that was public to one that is.
        ReadPolicy("OldHandle", "everybody", "true"),
        ReadPolicy("Entry", "everybody", READ_BY_ALL),
        ReadPolicy("EntryWords", "everybody", READ_BY_ALL),
        ReadPolicy("EntryMeaning", "everybody", READ_BY_ALL),
    ]
