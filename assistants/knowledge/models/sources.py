"""Sources: what knowledge comes from, who may be answered from it, and who else uses it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import PublicIdField
from kernel.models import TenantModel
from organisations.models import Group


class SourceSet(TenantModel):
    """The sources of one assistant.

    Attributes:
        embedder: the model whose vectors answer; empty until the first document is embedded.
        next_embedder: the model that is taking its place in the background; empty where none is.
        declined_embedder: the operator's choice that somebody stopped, or chose another model instead of: it is not begun
            again by itself.
        shelf: which partition of the vectors holds the set's; 0 is the one that small sets share.
        shelving_until: the lease of the job that moves the set to a shelf of its own.
    """

    public_id = PublicIdField("set_")
    embedder = models.CharField(max_length=120, blank=True)
    next_embedder = models.CharField(max_length=120, blank=True)
    declined_embedder = models.CharField(max_length=120, blank=True)
    shelf = models.BigIntegerField(default=0)
    shelving_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.public_id)


class Source(TenantModel):
    """Something that knowledge comes from: a file, a text, questions with answers, a page, or what holds several of those.

    A website, an archive of files, and a place at a service outside, is a source whose `children` hold the documents.

    Attributes:
        settings: what its type needs to know, for example how far a website is followed; names that begin with `_` are its own
            notes.
        tags, metadata: what retrieval may be narrowed by; metadata maps names to short texts or numbers.
        showing: how much of the original a reader of a citation may see.
        restricted: whether only the groups of its `SourceAudience` rows may be answered from it.
        sync_at: when its origin is looked at next; synced_at: when it was last, changed or not.
        etag, last_modified: what the origin's server said of the content that is here.
        changed_at: when the content that is here came.
        look, look_until, look_attempts: the lease of who looks at the origin, as documents have one; without `look_until`
            nobody does or is to.
        failures: looks in a row that ended with an error; missed: those that found nothing at the address any more.
    """

    class Type(models.TextChoices):
        FILE = "file", _("File")
        TEXT = "text", _("Text")
        QA = "qa", _("Questions and answers")
        URL = "url", _("Web page")
        SITE = "site", _("Website")
        CONNECTOR = "connector", _("Connection")

    class Showing(models.TextChoices):
        QUOTE = "quote", _("Quote freely")
        QUOTE_ONLY = "quote_only", _("Show only the words quoted")
        HIDDEN = "hidden", _("Never show the original")
        DOWNLOAD = "download", _("Quote, and offer the file")

    class Rhythm(models.TextChoices):
        NEVER = "", _("Never")
        HOURLY = "hourly", _("Every hour")
        DAILY = "daily", _("Every day")
        WEEKLY = "weekly", _("Every week")
        MONTHLY = "monthly", _("Every month")

    public_id = PublicIdField("src_")
    source_set = models.ForeignKey(SourceSet, on_delete=models.CASCADE, related_name="sources")
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="children")
    type = models.CharField(max_length=12, choices=Type.choices)
    name = models.CharField(_("name"), max_length=255)
    url = models.CharField(max_length=2000, blank=True)
    settings = models.JSONField(default=dict)
    document = models.ForeignKey("Document", null=True, on_delete=models.SET_NULL, related_name="+")
    tags = ArrayField(models.CharField(max_length=50), default=list)
    metadata = models.JSONField(default=dict)
    showing = models.CharField(max_length=10, choices=Showing.choices, default=Showing.QUOTE)
    restricted = models.BooleanField(default=False)
    sync_every = models.CharField(max_length=8, choices=Rhythm.choices, blank=True, default=Rhythm.NEVER)
    sync_at = models.DateTimeField(null=True)
    synced_at = models.DateTimeField(null=True)
    sync_error = models.CharField(max_length=40, blank=True)
    etag = models.CharField(max_length=200, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    changed_at = models.DateTimeField(null=True)
    look = models.CharField(max_length=32, blank=True)
    look_until = models.DateTimeField(null=True)
    look_attempts = models.PositiveSmallIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    missed = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(
                fields=["source_set", "-created_at", "-id"],
                name="source_recent",
                condition=models.Q(removed_at=None),
            ),
            models.Index(
                fields=["sync_at"],
                name="source_due",
                condition=models.Q(removed_at=None, sync_at__isnull=False),
            ),
            models.Index(
                fields=["look_until"],
                name="source_looked_at",
                condition=models.Q(look_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def gathers(self) -> bool:
        """Whether it has no content of its own and only holds what is found at its origin."""
        return self.type in (self.Type.SITE, self.Type.CONNECTOR)

    @property
    def may_hold(self) -> bool:
        """Whether other sources may stand in it."""
        return self.gathers or (self.document is not None and self.document.format == "zip")


class SiteAddress(TenantModel):
    """An address of a website that is being followed: kept while that lasts, so that it goes on after a crash.

    `depth` counts the links between it and the start; `tries` how often it was begun.
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+", db_index=False)
    address = models.CharField(max_length=1000)
    depth = models.PositiveSmallIntegerField()
    done = models.BooleanField(default=False)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["source", "address"], name="one_address_a_site")]


class SourceAudience(TenantModel):
    """A group that may be answered from a restricted source."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="audience")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["source", "group"], name="one_audience_a_group")]


class SharedSource(TenantModel):
    """A source of one set that another set answers from too; removing it there leaves it here without content."""

    source_set = models.ForeignKey(SourceSet, on_delete=models.CASCADE, related_name="shared")
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="shares")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["source_set", "source"], name="one_share_a_set")]
