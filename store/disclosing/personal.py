"""Whether what a disclosure says is sent outside names people: by the fields' names, in English and Chinese."""

import itertools
import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from kernel.errors import Conflict, FieldError
from store.models import Listing

# Parts of fields' names that hold something about a person; parts of two words stand one after the other.
NAMES = frozenset(
    [
        "email",
        "mail",
        "phone",
        "telephone",
        "mobile",
        "fax",
        "street",
        "address",
        "zip",
        "postcode",
        "birth",
        "birthday",
        "birthdate",
        "dob",
        "ssn",
        "passport",
        "iban",
        "surname",
        "firstname",
        "lastname",
        "fullname",
        "username",
        "gender",
        "nationality",
        "latitude",
        "longitude",
        "diagnosis",
        "salary",
        "patient",
    ]
)
PAIRS = frozenset(
    {
        ("first", "name"),
        ("last", "name"),
        ("full", "name"),
        ("user", "name"),
        ("family", "name"),
        ("postal", "code"),
    }
)
CHINESE = ("姓名", "电话", "手机", "邮箱", "邮件", "地址", "身份证", "护照", "生日", "性别")
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


class PrivacyPolicyNeeded(Conflict):
    code = "privacy_policy_needed"
    user_message = _(
        "It sends something about people to %(hosts)s, so it needs a privacy policy before everybody may use it. Give the"
        " address of yours with the listing, under Publish."
    )


def is_personal(field: str) -> bool:
    """Whether a field of a call holds something about a person, as its name says."""
    parts = [part.lower() for part in _PARTS.findall(field)]
    pairs = set(itertools.pairwise(parts))
    return bool(NAMES & set(parts) or PAIRS & pairs) or any(word in field for word in CHINESE)


def personal_hosts(disclosure: Mapping[str, Any] | None) -> list[str]:
    """The hosts to which something about people is sent: in fields that name it, or signed with each person's account."""
    return [
        host["host"]
        for host in (disclosure or {}).get("hosts", [])
        if host.get("account") == "user" or any(is_personal(field) for field in host.get("fields", []))
    ]


def check_privacy_policy(listing: Listing, disclosure: Mapping[str, Any] | None) -> None:
    """Refuse what would be open to everybody, sends something about people outside, and names no privacy policy.

    Raises:
        PrivacyPolicyNeeded: it says where.
    """
    hosts = [] if listing.privacy_policy_url else personal_hosts(disclosure)
    if hosts:
        named = ", ".join(hosts)
        words = str(PrivacyPolicyNeeded.user_message) % {"hosts": named}
        raise PrivacyPolicyNeeded(hosts=named, errors=[FieldError("privacy_policy_url", "required", words)])
