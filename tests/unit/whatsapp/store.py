"""The parts of the store of chats on WhatsApp, with a clock that is set by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from mesobot.chats.whatsapp.forgetting import WhatsAppPeople
from mesobot.chats.whatsapp.inbox import Inbox
from mesobot.chats.whatsapp.outgoing import Outgoing
from mesobot.chats.whatsapp.people import Address, People
from mesobot.chats.whatsapp.tables import InboxState, inbox, people, replies
from mesobot.chats.whatsapp.turns import Incoming, Together, Turn
from mesobot.consultation.database import open_database
from mesobot.consultation.encryption import Sealer
from mesobot.consultation.transactions import reading
from tests.unit.consultation.requests import HandClock

ADA = Address("905321234567", "TR.1001")
EVE = Address("905327654321", "TR.1002")
LEASE = timedelta(seconds=20)


class ChatStore:
    lease = LEASE

    def __init__(self, url: str, sealer: Sealer | None = None) -> None:
        self.engine = open_database(url)
        self.clock = HandClock()
        sealer = sealer or Sealer()
        self.people = People(self.engine, sealer, self.clock)
        self.inbox = Inbox(self.engine, sealer, self.clock, self.people)
        self.outgoing = Outgoing(self.engine, sealer, self.clock, self.people)
        self.forgetting = WhatsAppPeople(lambda: self.engine, self.clock)
        self._ids = 0

    def __enter__(self) -> ChatStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.dispose()

    def message(
        self,
        text: str,
        who: Address = ADA,
        ago: float = 0,
        name: str = "",
        urgent: bool = False,
    ) -> Incoming:
        self._ids += 1
        sent_at = self.clock() - timedelta(seconds=ago)
        return Incoming(name or f"wamid.{self._ids}", who, sent_at, {"text": text}, urgent)

    def hear(self, *texts: str, who: Address = ADA) -> None:
        self.inbox.receive([self.message(text, who) for text in texts])

    def claim(self, limit: int = 10, at_once: int = 10) -> list[Turn]:
        self.clock.advance(seconds=5)
        return self.claim_now(limit, at_once)

    def inbox_claim(self, together: Together) -> list[Turn]:
        """As the channel claims."""
        self.clock.advance(seconds=5)
        return self.inbox.claim(10, LEASE, together)

    def claim_now(self, limit: int = 10, at_once: int = 10) -> list[Turn]:
        return self.inbox.claim(limit, LEASE, lambda waiting: min(at_once, len(waiting)))

    def answer(self, turn: Turn, *texts: str) -> None:
        bodies = [{"type": "text", "text": {"body": text}} for text in texts]
        self.inbox.settle(turn, InboxState.ANSWERED, bodies)

    def replied(self, *texts: str, who: Address = ADA) -> None:
        """Somebody wrote, and these are the replies waiting."""
        self.hear("hello", who=who)
        (turn,) = self.claim()
        self.answer(turn, *texts)

    def rows(self, table: Any) -> list[Any]:
        with reading(self.engine) as connection:
            return list(connection.execute(select(table).order_by(table.c.id)))

    def inbox_rows(self) -> list[Any]:
        return self.rows(inbox)

    def states(self) -> list[str]:
        return [row.state.value for row in self.rows(inbox)]

    def reply_states(self) -> list[str]:
        return [row.state.value for row in self.rows(replies)]

    def everything(self) -> str:
        return json.dumps(
            [list(map(str, row)) for table in (people, inbox, replies) for row in self.rows(table)]
        )


def texts(turn: Turn) -> Sequence[str]:
    return [message.content["text"] for message in turn.messages]
