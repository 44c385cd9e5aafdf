"""Templates, and assistants that are made from somebody else's."""

import pytest

from assistants.building.actions.create_assistant import create_assistant
from assistants.building.actions.duplicate_assistant import duplicate_assistant
from assistants.building.actions.fork_assistant import ForkingNotAllowed, fork_assistant
from assistants.building.actions.publish import publish
from assistants.building.actions.set_forkable import set_forkable
from assistants.building.queries import draft_of, specification_of
from assistants.building.specification import Specification, merge_patch, parse_specification
from assistants.building.starting_points import (
    StartingPoint,
    UnknownTemplate,
    starting_point,
    starting_points,
)
from assistants.knowledge.queries import source_count
from kernel.errors import NotFound, PermissionDenied
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.building import make_assistant, make_source

TEMPLATES = [(t, "en") for t in starting_points("en")] + [(t, "zh") for t in starting_points("zh-hans")]


def draft(actor: Actor, assistant: object) -> Specification:
    with tenant_scope(actor.organisation):
        return specification_of(draft_of(assistant))


def test_there_are_at_least_twelve_in_both_languages() -> None:
    slugs = [template.slug for template in starting_points("en")]
    assert len(slugs) >= 12
    assert slugs == [template.slug for template in starting_points("zh-hans")]


@pytest.mark.parametrize(("template", "language"), TEMPLATES, ids=lambda value: getattr(value, "slug", value))
def test_each_is_a_whole_definition(template: StartingPoint, language: str) -> None:
    specification = parse_specification(merge_patch({}, template.draft))
    assert specification.profile.name and specification.profile.tagline
    assert specification.instructions.role and specification.instructions.behaviour
    assert len(specification.instructions.must_never) >= 3
    assert len(specification.profile.starters) == 4
    assert len(template.questions) == 3 and template.knowledge
    assert any("\u4e00" <= c <= "\u9fff" for c in specification.instructions.role) == (language == "zh")


def test_an_assistant_begins_from_one_and_says_so(alice: Actor) -> None:
    made = create_assistant(actor=alice, template="contract-summariser")
    assert made.name == starting_point("contract-summariser", "en").name
    assert made.origin["template"] == "contract-summariser"
    specification = draft(alice, made)
    assert specification.answer_policy.grounding == "only"
    assert specification.model.id and specification.profile.picture


def test_a_name_and_a_draft_of_ones_own_win_over_the_template(alice: Actor) -> None:
    patch = {"answer_policy": {"grounding": "free"}}
    made = create_assistant(actor=alice, name="Mine", template="support-desk", draft=patch)
    assert draft(alice, made).answer_policy.grounding == "free"
    assert made.name == "Mine"


@pytest.mark.parametrize("slug", ["nothing", "../secrets", ""])
def test_an_unknown_one_is_refused(alice: Actor, slug: str) -> None:
    with pytest.raises(UnknownTemplate):
        starting_point(slug)


@pytest.fixture
def published(alice: Actor):  # type: ignore[no-untyped-def]
    """A public assistant of Alice's with one source."""
    assistant = make_assistant(alice, "Teller", instructions={"role": "You tell tales."})
    make_source(alice, assistant)
    publish(actor=alice, assistant_id=assistant.public_id, visibility="public", slug="teller")
    return assistant


def test_nobody_forks_what_its_creator_keeps(published: object, charlie: Actor) -> None:
    with pytest.raises(ForkingNotAllowed):
        fork_assistant(actor=charlie, reference="teller")


def test_a_fork_has_the_instructions_and_names_where_they_come_from(
    published, alice: Actor, charlie: Actor
) -> None:  # type: ignore[no-untyped-def]
    set_forkable(actor=alice, assistant_id=published.public_id, allowed=True)
    fork = fork_assistant(actor=charlie, reference="teller")
    assert fork.organisation_id == charlie.organisation.pk
    assert draft(charlie, fork).instructions.role == "You tell tales."
    assert fork.origin["creator"] == alice.organisation.name
    with tenant_scope(charlie.organisation):
        assert source_count(fork.source_set) == 0


def test_the_listing_of_a_fork_says_so_and_so_does_a_copy_of_it(
    published, alice: Actor, charlie: Actor
) -> None:  # type: ignore[no-untyped-def]
    set_forkable(actor=alice, assistant_id=published.public_id, allowed=True)
    fork = fork_assistant(actor=charlie, reference="teller")
    publish(actor=charlie, assistant_id=fork.public_id, visibility="private")
    copy = duplicate_assistant(actor=charlie, assistant_id=fork.public_id)
    with tenant_scope(charlie.organisation):
        said = fork.publication.disclosure["made_from"]
    assert said == {"name": "Teller", "creator": alice.organisation.name, "slug": "teller"}
    assert copy.origin == fork.origin


def test_what_is_not_public_cannot_be_forked(published, alice: Actor, charlie: Actor) -> None:  # type: ignore[no-untyped-def]
    set_forkable(actor=alice, assistant_id=published.public_id, allowed=True)
    publish(actor=alice, assistant_id=published.public_id, visibility="organisation")
    for reference in ("teller", "nothing-there"):
        with pytest.raises(NotFound):
            fork_assistant(actor=charlie, reference=reference)


def test_only_who_may_publish_and_owns_it_allows_forks(published, bob: Actor) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(PermissionDenied):
        set_forkable(actor=bob, assistant_id=published.public_id, allowed=True)
