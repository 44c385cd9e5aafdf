"""What an organisation has proved, in few words."""

from store.models import DomainProof


def first_domain(organisation_id: int) -> str:
    """The domain that an organisation's page and listings show as proved, empty for none, in its scope.

    One by DNS goes before one by e-mail, a newer before an older one.
    """
    rows = DomainProof.objects.for_organisation(organisation_id).filter(state=DomainProof.State.PROVED)
    found = sorted(rows, key=lambda proof: (proof.method != DomainProof.Method.DNS, -proof.pk))
    return found[0].domain if found else ""
