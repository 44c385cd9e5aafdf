"""The organisations' part of the REST API."""

from django.urls import path

from organisations.api.invitations import InvitationDetail, InvitationList
from organisations.api.keys import KeyDetail, KeyList
from organisations.api.me import Me
from organisations.api.members import MemberDetail, MemberList
from organisations.api.organisation import OrganisationDetail

urlpatterns = [
    path("me", Me.as_view(), name="me"),
    path("organisation", OrganisationDetail.as_view(), name="organisation"),
    path("organisation/members", MemberList.as_view(), name="organisation-members"),
    path("organisation/members/<str:membership_id>", MemberDetail.as_view(), name="organisation-member"),
    path("organisation/invitations", InvitationList.as_view(), name="organisation-invitations"),
    path(
        "organisation/invitations/<str:invitation_id>",
        InvitationDetail.as_view(),
        name="organisation-invitation",
    ),
    path("organisation/keys", KeyList.as_view(), name="organisation-keys"),
    path("organisation/keys/<str:key_id>", KeyDetail.as_view(), name="organisation-key"),
]
