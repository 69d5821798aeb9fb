"""What reached the clinic's mailbox, patients' mailboxes, staff on WhatsApp, and the database."""

from __future__ import annotations

import re
import time
from collections import Counter
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from sqlalchemy import create_engine, text

from deploy.rehearsal.topology import INBOX, Topology
from tests.graph.peer import GraphPeer
from tests.soak.record import Delivered, Record
from tests.soak.words import Identity

_REFERENCE = re.compile(r"\bM-[A-Z0-9]{6}\b")


def wait_for_outbox(topology: Topology, record: Record, seconds: float) -> None:
    """Return once nothing waits to be delivered; what still does after that time is noted."""
    engine = create_engine(topology.environment["MESOBOT_REQUESTS_DB"])
    query = text("select kind, count(*) from outbox where state = 'waiting' group by kind")
    deadline = time.monotonic() + seconds
    while True:
        with engine.connect() as connection:
            waiting = dict(connection.execute(query).all())
        if not waiting or time.monotonic() > deadline:
            break
        time.sleep(1)
    engine.dispose()
    record.unsettled += [f"{count} of {kind} in the outbox" for kind, count in waiting.items()]


def look(topology: Topology, graph: GraphPeer, identities: list[Identity]) -> Delivered:
    """Everything that was delivered."""
    found = Delivered()
    names = [each.name for each in identities]
    for path in (Path(topology.environment["MESOBOT_STATE"]) / "mail").glob("*.eml"):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        body = mail.get_body(("plain",))
        content = f"{mail['Subject']}\n{body.get_content() if body else ''}"
        is_for_clinic = INBOX in str(mail["To"])
        for reference in set(_REFERENCE.findall(content)):
            box = found.to_clinic if is_for_clinic else found.to_patient
            _count(box, reference, str(mail["Message-ID"]))
            if is_for_clinic:
                told = [name for name in names if name in content]
                found.names[reference] = told[0] if told else "?"
    for message in graph.accepted():
        body = message["body"]
        if body.get("type") == "template":
            for reference in _REFERENCE.findall(str(body["template"])):
                _count(found.to_staff, reference, body["biz_opaque_callback_data"])
    engine = create_engine(topology.environment["MESOBOT_REQUESTS_DB"])
    with engine.connect() as connection:
        found.kept = set(connection.execute(text("select reference from requests")).scalars())
    engine.dispose()
    return found


def not_erased(topology: Topology, erased: list[tuple[float, str, str]]) -> list[tuple[float, str]]:
    """What is kept of conversations that should be gone: when they were erased, and what it is."""
    engine = create_engine(topology.environment["MESOBOT_TRACKER_DB"])
    kept: Counter[tuple[str, str]] = Counter()
    with engine.connect() as connection:
        for table in ("events", "web_messages"):
            query = text(f"select sender_id, count(*) from {table} group by sender_id")
            for sender, count in connection.execute(query):
                kept[sender, table] = count
    engine.dispose()
    return [
        (at, f"{kept[sender, table]} {table}, {how}")
        for at, sender, how in erased
        for table in ("events", "web_messages")
        if kept[sender, table]
    ]


def _count(box: dict[str, dict[str, int]], reference: str, message: str) -> None:
    messages = box.setdefault(reference, {})
    messages[message] = messages.get(message, 0) + 1
