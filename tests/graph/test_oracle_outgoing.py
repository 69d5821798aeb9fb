"""What the connector sends is what a foreign library would send for the same message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pywa import types

from mesobot.channels.whatsapp.choices import ChoiceSigner
from mesobot.channels.whatsapp.rendering import Renderer
from mesobot.channels.whatsapp.sending import addressed
from mesobot.chats.whatsapp.people import Address
from tests.graph.limits import problem_of
from tests.graph.oracle import writer
from tests.graph.payloads import Json, Person, text
from tests.graph.peer import GraphPeer, graph_peer

ADA = Person("TR.13491208655302741918", "905321234567")
SHY = Person("TR.2")
SIGNER = ChoiceSigner("secret")


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphPeer]:
    with graph_peer(tmp_path_factory.mktemp("graph")) as started:
        started.receive(text(ADA, "hello"), text(SHY, "hello"))
        yield started


def ours(said: str, titles: list[str], person: Person = ADA) -> Json:
    """The one body that the connector makes of a reply."""
    buttons = [{"title": title, "payload": title} for title in titles]
    rendered = Renderer(SIGNER, "Choose").render([{"text": said, "buttons": buttons}], "p1")
    (body,) = rendered.bodies
    whole = addressed(body, Address(person.phone, person.user_id))
    assert problem_of(whole) is None
    return whole


def theirs(peer: GraphPeer, said: str, choices: Any = None, person: Person = ADA) -> Json:
    client, bodies = writer(peer)
    client.send_message(to=person.phone or person.user_id, text=said, buttons=choices)
    return bodies[-1]


@pytest.mark.parametrize("person", [ADA, SHY])
def test_a_text(peer: GraphPeer, person: Person) -> None:
    assert ours("It *does not* hurt 😟", [], person) == theirs(
        peer, "It _does not_ hurt 😟", None, person
    )


def test_buttons(peer: GraphPeer) -> None:
    choices = [types.Button(title, SIGNER.id_of(title, "p1")) for title in ("Yes", "No")]
    assert ours("Shall I?", ["Yes", "No"]) == theirs(peer, "Shall I?", choices)


def test_a_list(peer: GraphPeer) -> None:
    titles = ["Acne scars", "Dry skin", "Cellulite", "Something else"]
    rows = [types.SectionRow(title, SIGNER.id_of(title, "p1")) for title in titles]
    listed = types.SectionList("Choose", [types.Section("Choose", rows)])
    expected = theirs(peer, "Which?", listed)
    (section,) = expected["interactive"]["action"]["sections"]
    del section["title"]  # may be left out of a single section; the library always sends one
    assert ours("Which?", titles) == expected
