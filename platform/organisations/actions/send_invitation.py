"""Send the e-mail of an invitation."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from kernel.tenancy import tenant_scope
from organisations.invitations import link_of
from organisations.models import Invitation
from organisations.permissions import ROLE_LABELS, Role


def send_invitation(*, organisation_id: int, invitation_id: str, language: str) -> bool:
    """Send the present link to the invited address, if the invitation is still open.

    Args:
        organisation_id: the organisation's key.
        invitation_id: the invitation's public id.
        language: what the e-mail is written in.

    Returns:
        Whether an e-mail was sent.
    """
    with tenant_scope(organisation_id):
        rows = Invitation.objects.for_organisation(organisation_id).filter(public_id=invitation_id)
        invitation: Invitation | None = rows.select_related("organisation", "invited_by").first()
    if invitation is None or not invitation.is_open:
        return False
    with translation.override(language):
        message = _message(invitation)
    message.send()
    return True


def _message(invitation: Invitation) -> EmailMessage:
    context = {
        "invitation": invitation,
        "organisation": invitation.organisation,
        "inviter": invitation.invited_by,
        "role": ROLE_LABELS[Role(invitation.role)],
        "link": link_of(invitation),
        "public_url": settings.PUBLIC_URL,
    }
    subject = " ".join(render_to_string("organisations/email/invitation_subject.txt", context).split())
    body = render_to_string("organisations/email/invitation_message.txt", context).strip() + "\n"
    return EmailMessage(subject=subject, body=body, to=[invitation.email])
