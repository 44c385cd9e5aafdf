"""The organisations' part of the REST API."""

from django.urls import path

from organisations.api.approvals import (
    ApprovalDecision,
    ApprovalDetail,
    ApprovalList,
    ApprovalWithdrawal,
)
from organisations.api.audit import AuditDetail, AuditExport, AuditList
from organisations.api.groups import GroupDetail, GroupList, GroupMemberDetail, GroupMemberList
from organisations.api.invitations import InvitationDetail, InvitationList
from organisations.api.keys import KeyDetail, KeyList, KeyRotation
from organisations.api.me import Me
from organisations.api.members import MemberDetail, MemberList
from organisations.api.organisation import OrganisationDetail
from organisations.api.policy import PolicyDetail, PolicyPreview
from organisations.api.roles import RoleDetail, RoleList
from organisations.api.service_accounts import ServiceAccountDetail, ServiceAccountList
from organisations.api.suspension import MemberResumption, MemberSuspension

urlpatterns = [
    path("me", Me.as_view(), name="me"),
    path("organisation", OrganisationDetail.as_view(), name="organisation"),
    path("organisation/policy", PolicyDetail.as_view(), name="organisation-policy"),
    path("organisation/policy/preview", PolicyPreview.as_view(), name="organisation-policy-preview"),
    path("organisation/approvals", ApprovalList.as_view(), name="organisation-approvals"),
    path("organisation/approvals/<str:approval_id>", ApprovalDetail.as_view(), name="organisation-approval"),
    path(
        "organisation/approvals/<str:approval_id>/decisions",
        ApprovalDecision.as_view(),
        name="organisation-approval-decisions",
    ),
    path(
        "organisation/approvals/<str:approval_id>/withdraw",
        ApprovalWithdrawal.as_view(),
        name="organisation-approval-withdraw",
    ),
    path("organisation/audit", AuditList.as_view(), name="organisation-audit"),
    path("organisation/audit/export", AuditExport.as_view(), name="organisation-audit-export"),
    path("organisation/audit/<str:entry_id>", AuditDetail.as_view(), name="organisation-audit-entry"),
    path("organisation/members", MemberList.as_view(), name="organisation-members"),
    path(
        "organisation/members/<str:membership_id>/suspend",
        MemberSuspension.as_view(),
        name="organisation-member-suspend",
    ),
    path(
        "organisation/members/<str:membership_id>/resume",
        MemberResumption.as_view(),
        name="organisation-member-resume",
    ),
    path("organisation/members/<str:membership_id>", MemberDetail.as_view(), name="organisation-member"),
    path("organisation/roles", RoleList.as_view(), name="organisation-roles"),
    path("organisation/roles/<str:role_id>", RoleDetail.as_view(), name="organisation-role"),
    path("organisation/groups", GroupList.as_view(), name="organisation-groups"),
    path("organisation/groups/<str:group_id>", GroupDetail.as_view(), name="organisation-group"),
    path(
        "organisation/groups/<str:group_id>/members",
        GroupMemberList.as_view(),
        name="organisation-group-members",
    ),
    path(
        "organisation/groups/<str:group_id>/members/<str:membership_id>",
        GroupMemberDetail.as_view(),
        name="organisation-group-member",
    ),
    path("organisation/invitations", InvitationList.as_view(), name="organisation-invitations"),
    path(
        "organisation/invitations/<str:invitation_id>",
        InvitationDetail.as_view(),
        name="organisation-invitation",
    ),
    path("organisation/keys", KeyList.as_view(), name="organisation-keys"),
    path("organisation/keys/<str:key_id>/rotate", KeyRotation.as_view(), name="organisation-key-rotate"),
    path("organisation/service-accounts", ServiceAccountList.as_view(), name="organisation-service-accounts"),
    path(
        "organisation/service-accounts/<str:account_id>",
        ServiceAccountDetail.as_view(),
        name="organisation-service-account",
    ),
    path("organisation/keys/<str:key_id>", KeyDetail.as_view(), name="organisation-key"),
]
