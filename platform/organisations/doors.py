"""The doors to the organisation's pages: in the rail, and the tabs over the pages."""

from django.utils.translation import gettext_lazy as _

from kernel.registries import (
    NavigationEntry,
    NavigationGroup,
    ShellFragment,
    navigation,
    organisation_tab_groups,
    organisation_tabs,
    shell_fragments,
)
from organisations import approvals

DOOR = NavigationEntry(
    "organisation", _("Organisation"), "building-2", "organisations:overview", 50, "VIEW_ORGANISATION"
)
GROUPS = (NavigationGroup("governance", _("Governance")), NavigationGroup("keys", _("Keys")))
TABS = (
    ("overview", _("Overview"), "home", "organisations:overview", 10, "VIEW_ORGANISATION"),
    ("members", _("Members"), "users", "organisations:member_list", 20, "VIEW_ORGANISATION"),
    ("groups", _("Groups"), "users-round", "organisations:group_list", 25, "VIEW_ORGANISATION"),
    ("invitations", _("Invitations"), "mail", "organisations:invitation_list", 30, "MANAGE_MEMBERS"),
    ("roles", _("Roles"), "shield-check", "organisations:role_list", 40, "VIEW_ORGANISATION"),
    ("policy", _("Policy"), "scale", "organisations:policy", 45, "MANAGE_POLICY", "governance"),
    ("keys", _("API keys"), "key-round", "organisations:key_list", 70, "MANAGE_KEYS", "keys"),
    (
        "service_accounts",
        _("Service accounts"),
        "bot",
        "organisations:service_account_list",
        72,
        "MANAGE_SERVICE_ACCOUNTS",
        "keys",
    ),
    ("audit", _("Audit log"), "scroll-text", "organisations:audit_list", 80, "VIEW_AUDIT", "governance"),
    ("settings", _("Settings"), "settings", "organisations:settings", 90, "VIEW_ORGANISATION"),
)
APPROVALS = NavigationEntry(
    "approvals",
    _("Approvals"),
    "badge-check",
    "organisations:approval_list",
    43,
    "VIEW_ORGANISATION",
    count=approvals.waiting_for,
    group="governance",
)


def register() -> None:
    """Open them."""
    navigation.register(DOOR)
    shell_fragments.register(ShellFragment("organisation", "organisations:switcher"))
    for group in GROUPS:
        organisation_tab_groups.register(group)
    for key, label, icon, name, order, permission, *named in TABS:
        organisation_tabs.register(
            NavigationEntry(key, label, icon, name, order, permission, group="".join(named))
        )
    organisation_tabs.register(APPROVALS)
