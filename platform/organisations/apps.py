from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganisationsConfig(AppConfig):
    name = "organisations"

    def ready(self) -> None:
        from kernel.registries import periodic_tasks
        from kernel.switches import Switch, known_switches
        from organisations import doors, live_requests, notices, policy_preview, schema, security_log

        for part in (doors, schema, live_requests, security_log, notices, policy_preview):
            part.register()
        known_switches.register(
            Switch("sign_up", _("Sign-up"), _("While it is off, only people who were invited can sign up."))
        )
        periodic_tasks["expire approvals"] = {"task": "organisations.expire_approvals", "schedule": 900.0}
        periodic_tasks["seal audit logs"] = {"task": "organisations.seal_every_audit_log", "schedule": 1800.0}
