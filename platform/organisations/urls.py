"""The organisations' pages."""

from django.urls import path

from organisations.views import (
    acting,
    approvals,
    audit,
    groups,
    invitations,
    joining,
    keys,
    members,
    overview,
    policy,
    roles,
    service_accounts,
    suspension,
    switcher,
)

app_name = "organisations"

urlpatterns = [
    path("organisation/", overview.overview, name="overview"),
    path("organisation/settings/", overview.settings, name="settings"),
    path("organisation/settings/save", overview.settings_save, name="settings_save"),
    path("organisation/approvals/", approvals.approval_list, name="approval_list"),
    path("organisation/approvals/<str:approval_id>/", approvals.approval_detail, name="approval_detail"),
    path(
        "organisation/approvals/<str:approval_id>/decide", approvals.approval_decide, name="approval_decide"
    ),
    path(
        "organisation/approvals/<str:approval_id>/withdraw",
        approvals.approval_withdraw,
        name="approval_withdraw",
    ),
    path("organisation/policy/", policy.policy_detail, name="policy"),
    path("organisation/policy/preview", policy.policy_preview, name="policy_preview"),
    path("organisation/policy/save", policy.policy_save, name="policy_save"),
    path("organisation/members/", members.member_list, name="member_list"),
    path("organisation/members/leave", members.member_leave, name="member_leave"),
    path("organisation/members/<str:membership_id>/role", members.member_role, name="member_role"),
    path(
        "organisation/members/<str:membership_id>/suspend", suspension.member_suspend, name="member_suspend"
    ),
    path("organisation/members/<str:membership_id>/resume", suspension.member_resume, name="member_resume"),
    path("organisation/members/<str:membership_id>/remove", members.member_remove, name="member_remove"),
    path("organisation/roles/", roles.role_list, name="role_list"),
    path("organisation/roles/new", roles.role_new, name="role_new"),
    path("organisation/roles/<str:role_id>", roles.role_edit, name="role_edit"),
    path("organisation/roles/<str:role_id>/delete", roles.role_delete, name="role_delete"),
    path("organisation/groups/", groups.group_list, name="group_list"),
    path("organisation/groups/create", groups.group_create, name="group_create"),
    path("organisation/groups/<str:group_id>", groups.group_detail, name="group_detail"),
    path("organisation/groups/<str:group_id>/update", groups.group_update, name="group_update"),
    path("organisation/groups/<str:group_id>/delete", groups.group_delete, name="group_delete"),
    path("organisation/groups/<str:group_id>/add", groups.group_add, name="group_add"),
    path(
        "organisation/groups/<str:group_id>/remove/<str:membership_id>",
        groups.group_remove,
        name="group_remove",
    ),
    path("organisation/invitations/many", invitations.invitation_many, name="invitation_many"),
    path("organisation/invitations/", invitations.invitation_list, name="invitation_list"),
    path("organisation/invitations/send", invitations.invitation_create, name="invitation_create"),
    path(
        "organisation/invitations/<str:invitation_id>/resend",
        invitations.invitation_resend,
        name="invitation_resend",
    ),
    path(
        "organisation/invitations/<str:invitation_id>/withdraw",
        invitations.invitation_withdraw,
        name="invitation_withdraw",
    ),
    path(
        "organisation/service-accounts/",
        service_accounts.service_account_list,
        name="service_account_list",
    ),
    path(
        "organisation/service-accounts/new", service_accounts.service_account_new, name="service_account_new"
    ),
    path(
        "organisation/service-accounts/create",
        service_accounts.service_account_create,
        name="service_account_create",
    ),
    path(
        "organisation/service-accounts/<str:account_id>/",
        service_accounts.service_account,
        name="service_account",
    ),
    path(
        "organisation/service-accounts/<str:account_id>/save",
        service_accounts.service_account_save,
        name="service_account_save",
    ),
    path(
        "organisation/service-accounts/<str:account_id>/disable",
        service_accounts.service_account_disable,
        name="service_account_disable",
    ),
    path("organisation/keys/", keys.key_list, name="key_list"),
    path("organisation/keys/new", keys.key_new, name="key_new"),
    path("organisation/keys/create", keys.key_create, name="key_create"),
    path("organisation/keys/<str:key_id>/rotate", keys.key_rotate, name="key_rotate"),
    path("organisation/keys/<str:key_id>/revoke", keys.key_revoke, name="key_revoke"),
    path("organisation/audit/", audit.audit_list, name="audit_list"),
    path("organisation/audit/export", audit.audit_export, name="audit_export"),
    path("organisation/audit/<str:entry_id>/", audit.audit_entry, name="audit_entry"),
    path("organisations/join", joining.join, name="join"),
    path("organisations/join/accept", joining.join_accept, name="join_accept"),
    path("organisations/join/later", joining.join_later, name="join_later"),
    path("organisations/new", overview.organisation_new, name="organisation_new"),
    path("organisations/create", overview.organisation_create, name="organisation_create"),
    path("organisations/acting/stop", acting.acting_stop, name="acting_stop"),
    path("organisations/switch", switcher.switch, name="switch"),
    path("organisations/menu", switcher.switcher, name="switcher"),
    path("invitations/<str:token>/", invitations.invitation_answer, name="invitation_answer"),
    path("invitations/<str:token>/accept", invitations.invitation_accept, name="invitation_accept"),
]
