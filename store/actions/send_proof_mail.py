"""Send the link that proves an address at a domain."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from kernel.egress.names import shown_host
from kernel.tenancy import tenant_scope
from store.creators.domains import link_of
from store.models import DomainProof


def send_proof_mail(*, organisation_id: int, proof_id: str, language: str) -> bool:
    """Send the present link, if the proof still waits for it; whether an e-mail was sent."""
    with tenant_scope(organisation_id):
        rows = DomainProof.objects.for_organisation(organisation_id).select_related("organisation")
        proof: DomainProof | None = rows.filter(public_id=proof_id).exclude(digest="").first()
    if proof is None:
        return False
    context = {
        "organisation": proof.organisation,
        "domain": shown_host(proof.domain),
        "link": link_of(proof),
        "public_url": settings.PUBLIC_URL,
    }
    with translation.override(language):
        subject = " ".join(render_to_string("store/creators/email/proof_subject.txt", context).split())
        body = render_to_string("store/creators/email/proof_message.txt", context).strip() + "\n"
    EmailMessage(subject=subject, body=body, to=[proof.address]).send()
    return True
