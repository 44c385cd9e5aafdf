"""Domains that an organisation proves as its own, for machines."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.errors import InvalidInput
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.permissions import Permission
from store.actions.check_domain import check_domain
from store.actions.drop_domain import drop_domain
from store.actions.prove_domain import prove_by_email, prove_by_record
from store.creators.domains import record_name
from store.creators.queries import access_proof, proofs_of
from store.models import DomainProof


class RecordOutput(serializers.Serializer[Any]):
    """The TXT record that proves a domain."""

    name = serializers.CharField()
    value = serializers.CharField()


class DomainOutput(serializers.Serializer[Any]):
    """A domain and how its proof stands. `record` is what has to stand in the domain's DNS, where that is the way."""

    id = serializers.CharField(source="public_id")
    domain = serializers.CharField()
    method = serializers.ChoiceField(choices=DomainProof.Method.choices)
    state = serializers.ChoiceField(choices=DomainProof.State.choices)
    address = serializers.CharField()
    record = serializers.SerializerMethodField()
    problem = serializers.CharField()
    checked_at = serializers.DateTimeField()
    proved_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()

    @extend_schema_field(RecordOutput(allow_null=True))
    def get_record(self, proof: DomainProof) -> dict[str, str] | None:
        """What proves it; None for an e-mail."""
        if proof.method != DomainProof.Method.DNS:
            return None
        return {"name": record_name(proof.domain), "value": proof.challenge}


class DomainInput(StrictSerializer):
    """A domain to prove by a record, or an address at one to prove by an e-mail: one of the two."""

    domain = serializers.CharField(max_length=253, required=False)
    address = serializers.CharField(max_length=254, required=False)


class OwnDomains(OrganisationAPIView):
    permission = Permission.MANAGE_ORGANISATION

    @extend_schema(responses=DomainOutput(many=True))
    def get(self, request: Request) -> Response:
        """Your organisation's domains, newest first."""
        return self.page_response(request, proofs_of(self.actor), DomainOutput)

    @extend_schema(request=DomainInput, responses={201: DomainOutput})
    def post(self, request: Request) -> Response:
        """Begin to prove a domain: by a TXT record, or by a link that is sent to an address at it."""
        wanted = self.read_input(request, DomainInput)
        if len(wanted) != 1:
            raise InvalidInput.on("domain", "required", _("Give either a domain or an address at one."))
        if "address" in wanted:
            proof = prove_by_email(
                actor=self.actor, address=wanted["address"], language=get_language() or "en"
            )
        else:
            proof = prove_by_record(actor=self.actor, domain=wanted["domain"])
        return Response(DomainOutput(proof).data, status=201)


class OwnDomain(OrganisationAPIView):
    permission = Permission.MANAGE_ORGANISATION

    @extend_schema(responses=DomainOutput)
    def get(self, request: Request, proof_id: str) -> Response:
        """How the proof of a domain stands."""
        return Response(DomainOutput(access_proof(self.actor, proof_id)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, proof_id: str) -> Response:
        """Give a domain up; where no other is proved, your assistants lose their verified mark."""
        drop_domain(actor=self.actor, proof_id=proof_id)
        return Response(status=204)


class OwnDomainCheck(OrganisationAPIView):
    permission = Permission.MANAGE_ORGANISATION

    @extend_schema(request=None, responses={202: DomainOutput})
    def post(self, request: Request, proof_id: str) -> Response:
        """Have its record looked at now; the domain says soon what came of it."""
        return Response(DomainOutput(check_domain(actor=self.actor, proof_id=proof_id)).data, status=202)
