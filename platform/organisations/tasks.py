from celery import shared_task

from organisations.actions import expire_approvals as expiring
from organisations.actions import report_direct_changes as reporting
from organisations.actions import seal_audit_log as sealing
from organisations.actions import send_invitation as sending


@shared_task(
    name="organisations.send_invitation",
    autoretry_for=(OSError,),
    retry_backoff=30,
    max_retries=5,
)
def send_invitation(organisation_id: int, invitation_id: str, language: str) -> None:
    sending.send_invitation(organisation_id=organisation_id, invitation_id=invitation_id, language=language)


@shared_task(name="organisations.seal_audit_log")
def seal_audit_log(organisation_id: int) -> None:
    sealing.seal_audit_log(organisation_id=organisation_id)


@shared_task(name="organisations.seal_every_audit_log")
def seal_every_audit_log() -> None:
    sealing.seal_every_audit_log()
    reporting.report_direct_changes()


@shared_task(name="organisations.expire_approvals")
def expire_approvals() -> None:
    expiring.expire_approvals()
