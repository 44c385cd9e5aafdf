"""Organisations, who belongs to them, what they allow, keys, and the log of who did what."""

from organisations.models.audit import AuditEntry, AuditSeal
from organisations.models.governance import Approval, Policy
from organisations.models.grants import Grant
from organisations.models.keys import ApiKey, ServiceAccount
from organisations.models.organisation import Organisation
from organisations.models.people import CustomRole, Group, GroupMembership, Invitation, Membership, ShutDoor

__all__ = [
    "ApiKey",
    "Approval",
    "AuditEntry",
    "AuditSeal",
    "CustomRole",
    "Grant",
    "Group",
    "GroupMembership",
    "Invitation",
    "Membership",
    "Organisation",
    "Policy",
    "ServiceAccount",
    "ShutDoor",
]
