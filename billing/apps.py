from celery.schedules import crontab
from django.apps import AppConfig

from billing import tabs
from kernel import registries


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        registries.periodic_tasks["roll up usage"] = {"task": "billing.roll_up_usage", "schedule": 60.0}
        registries.periodic_tasks["post usage"] = {"task": "billing.post_usage", "schedule": 60.0}
        registries.periodic_tasks["meter storage"] = {
            "task": "billing.meter_storage",
            "schedule": crontab(hour="0", minute="20"),
        }
        registries.periodic_tasks["check money"] = {
            "task": "billing.check_metering",
            "schedule": crontab(hour="3", minute="10"),
        }
        registries.periodic_tasks["post sales"] = {"task": "billing.post_sales", "schedule": 60.0}
        registries.periodic_tasks["roll up earnings"] = {
            "task": "billing.roll_up_earnings",
            "schedule": 60.0,
        }
        registries.periodic_tasks["tell of budgets"] = {"task": "billing.tell_budgets", "schedule": 60.0}
        registries.periodic_tasks["release reservations"] = {
            "task": "billing.release_expired",
            "schedule": 60.0,
        }
        registries.periodic_tasks["renew purchases"] = {"task": "billing.renew_purchases", "schedule": 600.0}
        tabs.register()
        from billing.budgets import notices as budget_notices
        from billing.earning import notices as earning_notices
        from billing.earning import payment_methods
        from billing.metering import notices
        from billing.payments import registering
        from billing.payouts import registering as payouts
        from billing.wallet import registering as wallets

        notices.register()
        budget_notices.register()
        earning_notices.register()
        payment_methods.register()
        registering.register()
        wallets.register()
        payouts.register()
        registries.periodic_tasks["look for self-dealing"] = {
            "task": "billing.find_self_dealing",
            "schedule": crontab(hour=3, minute=20),
        }
        registries.periodic_tasks["check the ledger"] = {
            "task": "billing.check_ledger",
            "schedule": crontab(hour=3, minute=40),
        }
        registries.periodic_tasks["close months"] = {
            "task": "billing.close_months",
            "schedule": crontab(hour="4-23/4", minute=10, day_of_month="2-7"),
        }
        from billing.plans import knowledge_limits, member_limit, require_feature  # models are ready only now

        registries.member_limits.register(member_limit)
        registries.plan_gates.register(require_feature)
        registries.knowledge_limits.register(knowledge_limits)
        registries.shell_fragments.register(registries.ShellFragment("allowance", "billing:allowance_meter"))
        registries.shell_fragments.register(registries.ShellFragment("allowance", "billing:plan_notice", -1))
        from billing.selling import entry as selling

        selling.register()
