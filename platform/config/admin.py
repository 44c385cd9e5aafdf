"""What belongs to the whole installation, for the platform's operators: events under way, switches, jobs and queues."""

from typing import Any, cast

from celery import current_app
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.staff import Staff
from assistants.knowledge.queries import documents_by_state
from config.schedule import schedule
from kernel.models import FeatureSwitch, OutboxEvent
from kernel.outbox import MAX_ATTEMPTS
from kernel.switches import known_switches
from organisations.actions.run_installation import retry_event, turn_switch
from organisations.staffing.site import StaffPage
from organisations.staffing.tables import OPERATOR, Act, StaffTable, site


def _retry(_request: HttpRequest, staff: Staff, row: OutboxEvent, data: dict[str, Any]) -> None:
    retry_event(staff=staff, event_id=row.pk, reason=data["reason"])


@admin.register(OutboxEvent, site=site)
class EventTable(StaffTable):
    """Events that have not arrived everywhere; what they say is not shown."""

    roles = OPERATOR
    label = _("Events that did not arrive")
    icon = "outbox"
    list_display = ("kind", "organisation", "created_at", "attempts", "given_up")
    list_filter = ("kind",)
    list_select_related = ("organisation",)
    ordering = ("id",)
    fields = ("kind", "organisation", "created_at", "attempts", "given_up")
    acts = (Act("retry", _("Try again"), _("It is offered to its consumers as if it were new."), _retry),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboxEvent]:
        return cast(
            QuerySet[OutboxEvent], super().get_queryset(request).filter(delivered_at=None).defer("payload")
        )

    @admin.display(description=_("Given up"), boolean=True)
    def given_up(self, row: OutboxEvent) -> bool:
        """Whether nobody tries any more."""
        return row.attempts >= MAX_ATTEMPTS


def _on(_request: HttpRequest, staff: Staff, row: FeatureSwitch, data: dict[str, Any]) -> None:
    turn_switch(staff=staff, name=row.name, on=True, reason=data["reason"])


def _off(_request: HttpRequest, staff: Staff, row: FeatureSwitch, data: dict[str, Any]) -> None:
    turn_switch(staff=staff, name=row.name, on=False, reason=data["reason"])


@admin.register(FeatureSwitch, site=site)
class SwitchTable(StaffTable):
    """What can be switched; opening the list adds switches that rooms brought with them."""

    roles = OPERATOR
    label = _("Switches")
    icon = "toggle_on"
    list_display = ("name", "words", "on", "updated_at")
    ordering = ("name",)
    fields = ("name", "words", "hint", "on", "note", "updated_at")
    acts = (
        Act(
            "on",
            _("Switch on"),
            _("Every process follows within a few seconds."),
            _on,
            lambda row: not row.on,
        ),
        Act(
            "off", _("Switch off"), _("Every process follows within a few seconds."), _off, lambda row: row.on
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[FeatureSwitch]:
        rows = [FeatureSwitch(name=switch.name, on=switch.default) for switch in known_switches]
        FeatureSwitch.objects.bulk_create(rows, ignore_conflicts=True)
        names = [switch.name for switch in known_switches]
        return cast(QuerySet[FeatureSwitch], super().get_queryset(request).filter(name__in=names))

    @admin.display(description=_("What"))
    def words(self, row: FeatureSwitch) -> str:
        """What it is called."""
        return next((str(switch.label) for switch in known_switches if switch.name == row.name), "")

    @admin.display(description=_("Meaning"))
    def hint(self, row: FeatureSwitch) -> str:
        """What happens while it is off."""
        return next((str(switch.hint) for switch in known_switches if switch.name == row.name), "")


def _jobs(_request: HttpRequest) -> dict[str, Any]:
    waiting = OutboxEvent.unscoped.filter(delivered_at=None)
    return {
        "waiting": waiting.filter(attempts__lt=MAX_ATTEMPTS).count(),
        "given_up": waiting.filter(attempts__gte=MAX_ATTEMPTS).count(),
        "kinds": list(waiting.values("kind").order_by("kind").annotate(count=Count("id"))),
        "documents": documents_by_state(),
        "queue": _queue_length(),
        "schedule": [(name, entry["task"], _when(entry)) for name, entry in sorted(schedule().items())],
    }


def _queue_length() -> int:
    """Tasks that wait for a worker, whatever the broker."""
    with current_app.connection_for_read() as broker, broker.default_channel as channel:
        try:
            declared = channel.queue_declare(  # type: ignore[attr-defined]
                queue=current_app.conf.task_default_queue, passive=True
            )
        except broker.channel_errors:  # no task was ever sent
            return 0
    return int(declared.message_count)


def _when(entry: dict[str, Any]) -> str:
    every = entry["schedule"]
    return f"{every:g} s" if isinstance(every, int | float) else str(every).strip("<>")


site.pages.append(StaffPage("jobs", _("Jobs and queues"), "engineering", OPERATOR, "staff/jobs.html", _jobs))
