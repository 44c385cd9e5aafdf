"""The organisations' pages."""

from django.urls import path

from organisations.views import audit, invitations, keys, members, overview, switcher

app_name = "organisations"

urlpatterns = [
    path("organisation/", overview.overview, name="overview"),
    path("organisation/settings/", overview.settings, name="settings"),
    path("organisation/settings/save", overview.settings_save, name="settings_save"),
    path("organisation/members/", members.member_list, name="member_list"),
    path("organisation/members/leave", members.member_leave, name="member_leave"),
    path("organisation/members/<str:membership_id>/role", members.member_role, name="member_role"),
    path("organisation/members/<str:membership_id>/remove", members.member_remove, name="member_remove"),
    path("organisation/roles/", members.role_list, name="role_list"),
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
    path("organisation/keys/", keys.key_list, name="key_list"),
    path("organisation/keys/new", keys.key_new, name="key_new"),
    path("organisation/keys/create", keys.key_create, name="key_create"),
    path("organisation/keys/<str:key_id>/revoke", keys.key_revoke, name="key_revoke"),
    path("organisation/audit/", audit.audit_list, name="audit_list"),
    path("organisations/new", overview.organisation_new, name="organisation_new"),
    path("organisations/create", overview.organisation_create, name="organisation_create"),
    path("organisations/switch", switcher.switch, name="switch"),
    path("organisations/menu", switcher.switcher, name="switcher"),
    path("invitations/<str:token>/", invitations.invitation_answer, name="invitation_answer"),
    path("invitations/<str:token>/accept", invitations.invitation_accept, name="invitation_accept"),
]
