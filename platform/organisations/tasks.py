from celery import shared_task

from organisations.actions import send_invitation as sending


@shared_task(
    name="organisations.send_invitation",
    autoretry_for=(OSError,),
    retry_backoff=30,
    max_retries=5,
)
def send_invitation(organisation_id: int, invitation_id: str, language: str) -> None:
    sending.send_invitation(organisation_id=organisation_id, invitation_id=invitation_id, language=language)
