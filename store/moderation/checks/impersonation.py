"""Whether a listing passes itself off as somebody else's."""

import re
from collections.abc import Iterator

from django.db.models import Q

from kernel.tenancy import across_organisations
from store.models import CreatorPage, Listing
from store.moderation.alike import forms_of, is_disguised, plain, skeleton, within_one, words_of
from store.moderation.brands import AUTHORITIES, COINED, COMMON, PHRASES
from store.moderation.findings import MINOR, SERIOUS, Finding, quoted
from store.moderation.subject import Subject

POPULAR = 500  # conversations from which on a name is known
SHORTEST_MISSPELT = 7
LOOKED_AT = 20
_PLAIN_WORDS = frozenset(
    [
        "assistant",
        "bot",
        "app",
        "ai",
        "the",
        "a",
        "for",
        "help",
        "helper",
        "by",
        "chat",
        "pro",
        "plus",
        "team",
        "official",
        "support",
        "service",
        "助手",
        "客服",
    ]
)
_CLAIM = r"official(?:ly)?|authori[sz]ed|authentic|genuine|certified|官方|正版|认证|授权"
_SERVICE = r"help|helper|assistant|support|app|bot|agent|service|representative|account|channel|desk|hotline|助手|客服|服务|账号|渠道|平台"
_OFFICIAL = re.compile(
    rf"\b(?:{_CLAIM})\s+(?:\w+\s+){{0,2}}?(?:{_SERVICE})\b|官方(?:{_SERVICE})?|official(?:ly)? from\b"
)
_AUTHORITY = re.compile(
    rf"(?:{_CLAIM})[^.。\n]{{0,40}}(?:{AUTHORITIES})|(?:{AUTHORITIES})[^.。\n]{{0,20}}(?:{_CLAIM}|官方)"
    rf"|(?:i am|we are|this is|on behalf of|come[s]? from|我是|我们是|代表)\s*(?:from )?(?:the |your )?(?:{AUTHORITIES})"
)
_OFFICIAL_MATTER = re.compile(
    r"official[^.\n]{0,30}(?:help|assistant|service|support)[^.\n]{0,30}(?:tax|visa|passport|benefit|court|immigration|customs)"
    r"|官方[^。\n]{0,12}(?:税|签证|护照|社保|法院|海关)"
)


def check(subject: Subject) -> Iterator[Finding]:
    """Names of brands, authorities, verified creators and popular listings, and how they are imitated."""
    if _own_name(subject):
        return
    yield from _brands(subject)
    yield from _claims(subject)
    yield from _known(subject)


def _own_name(subject: Subject) -> bool:
    """Whether its creator proved a domain, and is called like the listing."""
    return subject.listing.is_verified and bool(
        set(words_of(plain(subject.listing.creator_name))) & set(words_of(plain(subject.shown["name"])))
    )


def _brands(subject: Subject) -> Iterator[Finding]:
    name = subject.shown["name"]
    words = words_of(skeleton(name))
    core = [word for word in words if word not in _PLAIN_WORDS] or words
    disguised = is_disguised(name)
    whole, joined = "".join(core), "".join(words)
    for brand in _phrases_in(name):
        yield _named(subject, brand, whole=skeleton(brand).replace(" ", "") == whole, disguised=disguised)
    for at, word in enumerate(core):
        if word in COMMON and len(core) == 1:
            yield _named(subject, word, whole=len(words) == 1, disguised=disguised)
            continue
        brand, exact = _brand_of(word)
        if brand:
            yield _named(subject, brand, whole=len(core) == 1, disguised=disguised or not exact)
        elif at == 0 and len(words) > 1 and (joined in COINED or whole in COINED):
            yield _named(subject, joined if joined in COINED else whole, whole=True, disguised=True)


def _brand_of(word: str) -> tuple[str, bool]:
    """The coined name that a word is or imitates, and whether it is written as that."""
    if word in COINED:
        return word, True
    for form in forms_of(word):
        if form in COINED:
            return form, False
        if len(form) >= SHORTEST_MISSPELT:
            near = next(
                (brand for brand in COINED if len(brand) >= SHORTEST_MISSPELT and within_one(form, brand)), ""
            )
            if near:
                return near, False
    return "", False


def _phrases_in(name: str) -> list[str]:
    text = f" {' '.join(words_of(skeleton(name)))} "
    return [phrase for phrase in PHRASES if (f" {phrase} " if phrase.isascii() else phrase) in text]


def _named(subject: Subject, brand: str, *, whole: bool, disguised: bool) -> Finding:
    facts = {"brand": brand.title()}
    claim = _CLAIM_IN.search(plain(subject.shown["name"]))
    if claim:
        text = plain(subject.shown["name"])
        return Finding("brand_official", SERIOUS, "name", facts | {"quote": quoted(text, *claim.span())})
    if disguised:
        return Finding("brand_disguised", SERIOUS, "name", facts)
    if whole:
        return Finding("brand_name", SERIOUS, "name", facts)
    return Finding("brand_mentioned", MINOR, "name", facts)


_CLAIM_IN = re.compile(rf"{_CLAIM}|\b(?:support|customer service|helpdesk)\b|客服")


def _claims(subject: Subject) -> Iterator[Finding]:
    for where in ("name", "tagline", "description", "welcome_message"):
        text = plain(subject.shown[where])
        found = _AUTHORITY.search(text) or _OFFICIAL_MATTER.search(text)
        if found:
            yield Finding("authority", SERIOUS, where, {"quote": quoted(text, *found.span())})
            continue
        claim = _OFFICIAL.search(text)
        if claim is None:
            continue
        quote = {"quote": quoted(text, *claim.span())}
        named = next((w for w in words_of(skeleton(quote["quote"])) if w in COINED or w in COMMON), "")
        if named and where != "name":
            yield Finding("brand_official", SERIOUS, where, quote | {"brand": named.title()})
        elif where != "description":
            yield Finding("claims_official", MINOR, where, quote)


def _known(subject: Subject) -> Iterator[Finding]:
    name = skeleton(subject.shown["name"])
    if len(name) < 4:
        return
    own = subject.listing.organisation_id
    with across_organisations(reason="names of verified creators and of what many people use"):
        pages = CreatorPage.objects.across_organisations(reason="verified creators")
        creators = list(
            pages.exclude(verified_domain="")
            .exclude(organisation_id=own)
            .filter(name__trigram_similar=name)[:LOOKED_AT]
        )
        rows = Listing.objects.across_organisations(reason="what many people use")
        known = Q(is_verified=True) | Q(conversations__gte=POPULAR)
        listings = list(
            rows.filter(known, state="live", visibility="public", name__trigram_similar=name)
            .exclude(organisation_id=own)
            .select_related("publication")
            .order_by("-conversations")[:LOOKED_AT]
        )
    for page in creators:
        if _same(name, skeleton(page.name)):
            yield Finding("known_creator", SERIOUS, "name", {"brand": page.name})
            break
    for other in listings:
        if _same(name, skeleton(other.name)):
            alike = other.publication.picture_seed == subject.specification.profile.picture
            yield Finding(
                "known_picture" if alike else "known_listing",
                SERIOUS,
                "picture" if alike else "name",
                {"brand": other.name},
            )
            break


def _same(one: str, other: str) -> bool:
    first, second = ("".join(w for w in words_of(text) if w not in _PLAIN_WORDS) for text in (one, other))
    return bool(first) and (
        first == second or (len(first) >= SHORTEST_MISSPELT and within_one(first, second))
    )
