"""Consent driven to its end: registered, agreed to, read with what the service gave, renewed, withdrawn, and agreed to again."""

import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core import mail

from assistants.actions.actions.forget_connector_client import forget_connector_client
from assistants.actions.actions.keep_connector_client import keep_connector_client
from assistants.building.actions.publish import publish
from assistants.building.models import Assistant
from assistants.connections.actions.begin_consent import GENERAL_CALLBACK
from assistants.connections.actions.end_connection import end_connection
from assistants.connections.actions.tell_endings import tell_endings
from assistants.connections.models import Connection
from assistants.connections.queries import live_connections
from assistants.knowledge.models import Source
from kernel.outbox import deliver_events
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.events.helpers import told
from tests.factories.building import make_assistant
from tests.fakes.connector_service import ID, SECRET, ConnectorService, connector_service
from tests.fakes.notion_server import paragraph
from tests.fakes.remote import Remote
from tests.fixtures.jobs import RunJobs
from tests.fixtures.people import api_client_for, client_for
from tests.origins.conftest import again, files_of, present

pytestmark = pytest.mark.django_db(transaction=True)
OLD, NEW = "The rent is 1,450 euros.", "The rent is 1,500 euros."


class Place:
    """A place at a service that holds two texts, of which the first may be written anew."""

    def __init__(self, remote: Any, name: str) -> None:
        self._write: Callable[[str], None]
        if name == "drive":
            rent = remote.file("rent.txt", OLD.encode())
            remote.file("pets.txt", b"One small dog is welcome.")
            self._write, self.pick = lambda text: remote.write(rent, text.encode()), {"folder": "root"}
        elif name == "github":
            files = remote.repository(
                "harbour/rules", {"rent.md": OLD.encode(), "pets.md": b"One small dog."}
            )
            self._write = lambda text: files.update({"rent.md": text.encode()})
            self.pick = {"repository": "harbour/rules"}
        else:
            page = remote.page("Rent", paragraph(OLD))
            remote.page("Pets", paragraph("One small dog is welcome."))
            self._write, self.pick = lambda text: remote.write(page, paragraph(text)), {"pages": []}

    def write(self, text: str) -> None:
        """Change the first text."""
        self._write(text)


class World:
    """Alice's assistant, and a service that asks who calls."""

    def __init__(self, alice: Actor, name: str, remote: Remote, service: ConnectorService) -> None:
        self.alice, self.name, self.remote, self.service = alice, name, remote, service
        self.place = Place(remote, name)
        self.assistant: Assistant = make_assistant(alice, "Ada")
        self.browser, self.api = client_for(alice), api_client_for(alice)
        remote.opens = service.opens

    def register(self) -> None:
        """As an administrator does once."""
        keep_connector_client(actor=self.alice, name=self.name, client_id=ID, client_secret=SECRET)

    def consent(self) -> Connection:
        """Begin on the knowledge page, agree at the service, and come back to the page."""
        base = f"/build/{self.assistant.public_id}/knowledge/connect"
        led = self.browser.post(f"{base}/account", {"origin": self.name, "way": "oauth"})
        assert led.status_code == 302, led.content
        begin = self.browser.get(led["Location"]).content.decode()
        action = re.findall(r'action="(/connections/[^"]+)"', begin)[-1]
        back = re.findall(r'name="return_to" value="([^"]*)"', begin)[0]
        left = self.browser.post(action, {"return_to": html.unescape(back)}).content.decode()
        address = re.findall(rf'{re.escape(self.service.origin)}/[^"]+', left)[0]
        query = self.service.consent(html.unescape(address))
        done = self.browser.get(f"{GENERAL_CALLBACK}?{urlencode(query)}")
        assert (done.status_code, done["Location"]) == (302, f"{base}?origin={self.name}")
        with tenant_scope(self.alice.organisation):
            return live_connections(self.alice.organisation).get()

    def add(self, connection: Connection) -> Source:
        """Look around, and add the place."""
        tree = f"/api/v1/assistants/{self.assistant.public_id}/origins/{self.name}/browse"
        assert self.api.get(tree, {"connection": connection.public_id}).status_code == 200
        body = {"type": "connector", "origin": self.name, "connection": connection.public_id}
        added = self.api.post(
            f"/api/v1/assistants/{self.assistant.public_id}/sources", body | {"pick": self.place.pick}
        )
        assert added.status_code == 201, added.json()
        with tenant_scope(self.alice.organisation):
            rows = Source.objects.for_organisation(self.alice.organisation).select_related("source_set")
            return rows.get(public_id=added.json()["id"])

    def answers(self, **where: Any) -> str:
        """What the assistant finds about rent."""
        asked = {"query": "rent", "mode": "words", **where}
        answer = self.api.post(f"/api/v1/assistants/{self.assistant.public_id}/retrieve", asked)
        return " ".join(one["text"] for one in answer.json()["passages"])

    def ends_amid_a_sync(self) -> None:
        """The service has to be waited for at the first file; when it is asked again, the token no longer counts."""
        self.remote.forget()
        spoiled: list[str] = []

        def opens(authorization: str) -> bool:
            asked = len(self.remote.fetched())
            if asked == 1 and not spoiled:
                spoiled.append("busy")
                self.remote.limited, self.remote.retry_after = 1, "2"
            elif asked == 2 and len(spoiled) == 1:
                spoiled.append("over")
                self.service.expire()
            return self.service.opens(authorization)

        self.remote.opens = opens


@pytest.mark.parametrize("name", ["drive", "notion", pytest.param("github", marks=pytest.mark.large)])
def test_from_the_client_to_the_end(
    name: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    settings: Any,
    alice: Actor,
    run_jobs: RunJobs,
    hurried: list[float],
) -> None:
    remote: Remote = request.getfixturevalue(name)
    with connector_service(name, tmp_path) as service:
        settings.CONNECTOR_FOLDERS = [str(tmp_path)]
        settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, service.host]
        world = World(alice, name, remote, service)
        world.register()
        connection = world.consent()
        assert (connection.expires_at is None) == (name == "notion")
        # Google gives something to renew a token with to who asks for access while nobody is there.
        assert service.offline == (name == "drive")
        source = world.add(connection)
        run_jobs()
        assert len(files_of(source)) == 2
        assert OLD in world.answers()
        publish(actor=alice, assistant_id=world.assistant.public_id, visibility="organisation")

        # Both texts are new, and the token ends between them, after the service had to be waited for.
        world.place.write(NEW)
        world.ends_amid_a_sync()
        stopped = again(alice, source)
        assert hurried == [2.0]
        grants = [form["grant_type"] for form in service.journal]
        if name == "notion":
            # It gives nothing to renew a token with: that is the end of the consent.
            assert (stopped.sync_error, grants) == ("connection_missing", ["authorization_code"])
        else:
            assert (stopped.sync_error, grants) == ("", ["authorization_code", "refresh_token"])
            run_jobs()
            assert NEW in world.answers()
            service.tokens, service.refuse_refresh = {}, True
            world.place.write(OLD.replace("1,450", "1,475"))
            stopped = again(alice, source)
            assert stopped.sync_error == "connection_missing"
        assert stopped.sync_at is None
        assert len(files_of(source)) == 2

        deliver_events()
        mail.outbox.clear()
        run_jobs()
        title = f"{source.name} is no longer read"
        assert [row.title_words for row in told(alice)] == [title]
        inbox = world.browser.get("/notifications/").content.decode()
        assert title in html.unescape(inbox)
        assert "Connect again, and it goes on." in inbox
        [message] = mail.outbox
        assert message.subject == title
        assert "What was read keeps answering" in " ".join(message.body.split())
        page = f"/build/{world.assistant.public_id}/knowledge/sources/{source.public_id}"
        assert f"/knowledge/connect?origin={name}" in world.browser.get(page).content.decode()
        assert OLD in world.answers(version=1)

        service.refuse_refresh = False
        assert world.consent().public_id == connection.public_id
        world.place.write("The rent is 1,600 euros.")
        run_jobs()
        assert (present(source).sync_error, present(source).sync_at is None) == ("", False)
        assert "1,600 euros" in world.answers()
        assert OLD in world.answers(version=1)

        end_connection(actor=alice, connection_id=connection.public_id)
        tell_endings()
        assert service.revoked
        assert service.tokens == {}


def test_a_client_that_was_forgotten_rests_its_sources_until_there_is_another(
    drive: Remote, tmp_path: Path, settings: Any, alice: Actor, run_jobs: RunJobs
) -> None:
    with connector_service("drive", tmp_path) as service:
        settings.CONNECTOR_FOLDERS = [str(tmp_path)]
        settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, service.host]
        world = World(alice, "drive", drive, service)
        world.register()
        first = world.consent()
        source = world.add(first)
        run_jobs()
        page = world.browser.get("/organisation/connectors/drive").content.decode()
        assert "One place is read by assistants." in page
        assert "One account is connected." in page
        forget_connector_client(actor=alice, name="drive")
        assert again(alice, source).sync_error == "connection_missing"
        assert len(files_of(source)) == 2
        run_jobs()
        assert service.revoked
        world.register()
        second = world.consent()
        assert second.public_id != first.public_id
        run_jobs()
        gone_on = present(source)
        assert (gone_on.sync_error, gone_on.settings["connection"]) == ("", second.public_id)
