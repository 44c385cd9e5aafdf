"""Organisations, who belongs to them, what they allow, keys, and the log of who did what."""

from organisations.models.audit import AuditEntry, AuditSeal
from organisations.models.governance import Approval, Policy
from organisations.models.grants import Grant
from organisations.models.history import (
    EVENT_MODELS,
    ApiKeyEvent,
    CustomRoleEvent,
    DirectChange,
    GrantEvent,
    GroupMembershipEvent,
    HistoryEvent,
    MembershipEvent,
    PolicyEvent,
)
from organisations.models.keys import ApiKey, ServiceAccount
from organisations.models.organisation import Organisation
from organisations.models.people import CustomRole, Group, GroupMembership, Invitation, Membership, ShutDoor

__all__ = [
    "EVENT_MODELS",
    "ApiKey",
    "ApiKeyEvent",
    "Approval",
    "AuditEntry",
    "AuditSeal",
    "CustomRole",
    "CustomRoleEvent",
    "DirectChange",
    "Grant",
    "GrantEvent",
    "Group",
    "GroupMembership",
    "GroupMembershipEvent",
    "HistoryEvent",
    "Invitation",
    "Membership",
    "MembershipEvent",
    "Organisation",
    "Policy",
    "PolicyEvent",
    "ServiceAccount",
    "ShutDoor",
]
