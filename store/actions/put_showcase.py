"""Put listings together under a title on the store's front page."""

from django.utils.translation import gettext_lazy as _

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Role, Staff, checked_reason, require_staff
from kernel.errors import FieldError, InvalidInput, NotFound
from kernel.tenancy import across_organisations
from store.models import Entry, Showcase

MOST_LISTINGS = 24


def put_showcase(
    *,
    staff: Staff,
    title_en: str,
    slugs: list[str],
    reason: str,
    showcase_id: str = "",
    title_zh: str = "",
    about_en: str = "",
    about_zh: str = "",
    order: int = 0,
    is_shown: bool = True,
) -> Showcase:
    """Make a showcase, or change all of one.

    Args:
        slugs: public names of listings of the public store, in the order that they are shown in.
        showcase_id: the one to change; empty makes a new one.
        order: where it stands among the others, the lowest first.

    Raises:
        NotYourTask: only moderators may.
        InvalidInput: the reason or the title is missing, or the store has no such listing; it names them.
        NotFound: there is no such showcase.
    """
    require_staff(staff, Role.MODERATOR)
    reason = checked_reason(reason)
    if not title_en.strip():
        raise InvalidInput.on("title_en", "required", _("Give it a title."))
    with across_organisations(reason="the operator chooses from the whole store", durable=True):
        showcase = _showcase(showcase_id)
        showcase.title_en, showcase.title_zh = title_en.strip(), title_zh.strip()
        showcase.about_en, showcase.about_zh = about_en.strip(), about_zh.strip()
        showcase.order, showcase.is_shown = order, is_shown
        showcase.listings = _listings(slugs)
        showcase.save()
        record_staff_action(
            staff=staff.user, action="showcase.changed", target=showcase, reason=reason, ip=staff.ip,
            listings=len(showcase.listings), shown=is_shown,
        )  # fmt: skip
    return showcase


def _showcase(showcase_id: str) -> Showcase:
    if not showcase_id:
        return Showcase()
    found = Showcase.objects.select_for_update().filter(public_id=showcase_id).first()
    if found is None:
        raise NotFound
    return found


def _listings(slugs: list[str]) -> list[str]:
    wanted = list(dict.fromkeys(slug.strip() for slug in slugs if slug.strip()))
    if len(wanted) > MOST_LISTINGS:
        raise InvalidInput.on(
            "listings", "too_many", _("Choose at most %(count)s.") % {"count": MOST_LISTINGS}
        )
    rows = Entry.objects.across_organisations(reason="the operator chooses").filter(slug__in=wanted)
    found = dict(rows.values_list("slug", "public_id"))
    if missing := [slug for slug in wanted if slug not in found]:
        said = _("The store has no listing of these names: %(names)s.") % {"names": ", ".join(missing)}
        raise InvalidInput(errors=[FieldError("listings", "not_found", str(said))])
    return [found[slug] for slug in wanted]
