from typing import ClassVar

from django.db import migrations

from kernel.rls import AppendOnly, ReadPolicy, TenantKey, TenantTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("store", "0003_the_whole_store")]

    operations: ClassVar = [
        TenantTable("Department"),
        TenantKey("Listing", "department"),
        TenantTable("ListingDay"),
        TenantTable("Use"),
        TenantTable("Collection"),
        TenantTable("CollectionItem"),
        TenantTable("ShareLink"),
        TenantTable("Review"),
        TenantTable("ReviewVote"),
        TenantTable("Feedback"),
        TenantTable("Case"),
        TenantTable("Decision"),
        TenantTable("Report"),
        TenantTable("Takedown"),
        TenantTable("CreatorPage"),
        TenantTable("DomainProof"),
        TenantTable("Follow"),
        TenantTable("AllowedListing"),
        TenantTable("Requirement"),
        AppendOnly("Decision"),
        ReadPolicy("Review", "shown", "state = 'shown' AND is_public"),
        ReadPolicy("CreatorPage", "public", "is_public"),
    ]
