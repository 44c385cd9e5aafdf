"""What moderation's lines in the audit log mean."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

AUDIT_WORDS: dict[str, str | Promise] = {
    "listing.held": _("Moderators look at a listing before it is open to everybody"),
    "listing.version_held": _("Moderators look at a version before it goes live"),
    "listing.approved": _("Moderators took a listing into the store"),
    "listing.version_approved": _("Moderators let a version go live"),
    "listing.changes_requested": _("Moderators asked for changes of a listing"),
    "listing.rejected": _("Moderators did not take a listing into the store"),
    "listing.removal_proposed": _("A moderator proposed to take a listing down"),
    "listing.removal_lapsed": _("A removal ended because no second moderator agreed"),
    "listing.appealed": _("Appealed a decision of the moderators"),
    "listing.appeal_refused": _("Moderators refused an appeal"),
    "case.dismissed": _("Moderators found nothing wrong with a listing"),
    "case.looked": _("A moderator read a listing's instructions and the names of its sources"),
    "case.tested": _("A moderator tried an assistant"),
    "review.shown": _("Moderators let a review be shown"),
    "review.hidden": _("Moderators hid a review"),
    "takedown.received": _("Somebody asked to take a listing down"),
}
