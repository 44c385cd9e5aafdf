"""The pages of money among the tabs of the organisation's pages, and the groups that they stand in."""

from django.utils.translation import gettext_lazy as _

from kernel.registries import NavigationEntry, NavigationGroup, organisation_tab_groups, organisation_tabs

GROUPS = (NavigationGroup("money", _("Money")), NavigationGroup("earnings", _("Earnings")))
TABS = (
    ("usage", _("Usage"), "chart-column", 60, None, "money"),
    ("budgets", _("Budgets"), "gauge", 61, "VIEW_USAGE", "money"),
    ("wallet", _("Wallet"), "wallet", 62, "MANAGE_BILLING", "money"),
    ("plans", _("Plans"), "layers", 63, "MANAGE_BILLING", "money"),
    ("purchases", _("Purchases"), "receipt", 64, "USE_ASSISTANTS", "money"),
    ("earnings", _("Earnings"), "trending-up", 65, "MANAGE_BILLING", "earnings"),
    ("statements", _("Statements"), "file-text", 67, "MANAGE_BILLING", "earnings"),
)


def register() -> None:
    """Add them; each tab's key is also the name of its page."""
    for group in GROUPS:
        organisation_tab_groups.register(group)
    for key, label, icon, order, permission, group_key in TABS:
        organisation_tabs.register(
            NavigationEntry(key, label, icon, f"billing:{key}", order, permission, group=group_key)
        )
