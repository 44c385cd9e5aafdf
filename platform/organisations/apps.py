from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganisationsConfig(AppConfig):
    name = "organisations"

    def ready(self) -> None:
        from kernel.registries import (
            NavigationEntry,
            ShellFragment,
            navigation,
            organisation_tabs,
            periodic_tasks,
            shell_fragments,
        )
        from kernel.switches import Switch, known_switches
        from organisations import approvals, live_requests, notices, policy_preview, schema, security_log

        schema.register()
        live_requests.register()
        security_log.register()
        notices.register()
        known_switches.register(
            Switch("sign_up", _("Sign-up"), _("While it is off, only people who were invited can sign up."))
        )
        policy_preview.register()
        periodic_tasks["expire approvals"] = {"task": "organisations.expire_approvals", "schedule": 900.0}
        periodic_tasks["seal audit logs"] = {"task": "organisations.seal_every_audit_log", "schedule": 1800.0}
        navigation.register(
            NavigationEntry(
                "organisation",
                _("Organisation"),
                "building-2",
                "organisations:overview",
                50,
                "VIEW_ORGANISATION",
            )
        )
        shell_fragments.register(ShellFragment("organisation", "organisations:switcher"))
        for key, label, icon, name, order, permission in (
            ("overview", _("Overview"), "home", "organisations:overview", 10, "VIEW_ORGANISATION"),
            ("members", _("Members"), "users", "organisations:member_list", 20, "VIEW_ORGANISATION"),
            ("invitations", _("Invitations"), "mail", "organisations:invitation_list", 30, "MANAGE_MEMBERS"),
            ("groups", _("Groups"), "users-round", "organisations:group_list", 25, "VIEW_ORGANISATION"),
            ("roles", _("Roles"), "shield-check", "organisations:role_list", 40, "VIEW_ORGANISATION"),
            ("policy", _("Policy"), "scale", "organisations:policy", 45, "MANAGE_POLICY"),
            ("keys", _("API keys"), "key-round", "organisations:key_list", 70, "MANAGE_KEYS"),
            (
                "service_accounts",
                _("Service accounts"),
                "bot",
                "organisations:service_account_list",
                72,
                "MANAGE_SERVICE_ACCOUNTS",
            ),
            ("audit", _("Audit log"), "scroll-text", "organisations:audit_list", 80, "VIEW_AUDIT"),
            ("settings", _("Settings"), "settings", "organisations:settings", 90, "VIEW_ORGANISATION"),
        ):
            organisation_tabs.register(NavigationEntry(key, label, icon, name, order, permission))
        organisation_tabs.register(
            NavigationEntry(
                "approvals",
                _("Approvals"),
                "badge-check",
                "organisations:approval_list",
                43,
                "VIEW_ORGANISATION",
                count=approvals.waiting_for,
            )
        )
