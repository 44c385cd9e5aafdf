"""Delivery of domain events to the world outside.

Rooms announce what happened with `kernel.outbox.publish_event`, in the transaction in which it happens; a job hands
each event to the consumers in `kernel.registries.event_consumers`. This room will hold those that face outwards:
signed webhooks, notifications and the samples that people build integrations against. Consumers inside the house
register themselves and need nothing from here.

Kinds that are announced so far: `organisation.created {organisation}`, `member.joined {member, user}`,
`member.removed {member, user}`, `member.role_changed {member, role}`; every id is a public one.
"""
