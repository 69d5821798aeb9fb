"""Many patients write at once, as the platform delivers it: batches, repetitions, wrong order.

What must hold is looked up afterwards: each message answered once, in the order of its sender, and
nothing sent twice.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import aiohttp
from sqlalchemy import select

from mesobot.chats.whatsapp.people import digest
from mesobot.chats.whatsapp.tables import InboxState, ReplyState, inbox, replies
from mesobot.consultation.database import open_database
from mesobot.consultation.transactions import reading
from tests.graph import payloads
from tests.graph.payloads import Event, Person
from tests.graph.peer import GraphPeer
from tests.graph.settings import TEST
from tests.whatsapp.phones import somebody

QUESTIONS = (
    "does it hurt?",
    "how many sessions do i need",
    "is there any downtime",
    "what are the side effects",
    "how many minutes is a session",
    "is there numbing cream?",
    "does it help with dry skin",
    "i take blood thinners, can i still do it",
    "how much is it",
    "thanks!",
)
_REPEATED = 0.15
"""Part of the webhooks that is delivered once more."""
_RETRY_PAUSE = 0.5


@dataclass
class Delivered:
    """What was sent and how it was taken.

    Attributes:
        order: ids of each sender's messages, as they were written.
        seconds: until each acknowledgement.
        refused: tries that were not acknowledged.
    """

    order: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    seconds: list[float] = field(default_factory=list)
    refused: int = 0

    @property
    def messages(self) -> int:
        return sum(map(len, self.order.values()))


class Traffic:
    """Posts webhooks to servers in turn, each until it is taken.

    Args:
        webhooks: addresses of the servers.
        people: who writes.
        count: messages altogether.
        rate: webhooks begun in a second.
    """

    def __init__(
        self, webhooks: Sequence[str], people: int, count: int, rate: float, seed: int = 1
    ) -> None:
        self._webhooks = webhooks
        self._dice = random.Random(seed)
        self._people = [somebody() for _ in range(people)]
        self._count = count
        self._rate = rate
        self._locks = {person.user_id: asyncio.Lock() for person in self._people}
        self._business = payloads.Business()
        self.delivered = Delivered()

    async def send(self) -> Delivered:
        """Send everything; returns when all of it was taken."""
        posts = []
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
            for batch in self._batches():
                posts.append(asyncio.create_task(self._deliver(session, batch)))
                await asyncio.sleep(1 / self._rate)
            await asyncio.gather(*posts)
        return self.delivered

    def _batches(self) -> list[list[Person]]:
        """Who is in which webhook: some have several, some two of one person."""
        turns = [person for person in self._people for _ in range(self._count // len(self._people))]
        self._dice.shuffle(turns)
        batches = []
        while turns:
            size = self._dice.choice((1, 1, 1, 2, 3, 5))
            batches.append(turns[:size])
            turns = turns[size:]
        return batches

    async def _deliver(self, session: aiohttp.ClientSession, people: list[Person]) -> None:
        names = sorted({person.user_id for person in people})
        for name in names:  # the platform, too, waits before it delivers the next of somebody
            await self._locks[name].acquire()
        try:
            events = self._written(people)
            body = payloads.encode(payloads.webhook(self._business, *events))
            address = self._dice.choice(self._webhooks)
            again = self._dice.random() < _REPEATED
            copies = [self._post(session, address, body)]
            if again:
                copies.append(self._post(session, self._dice.choice(self._webhooks), body))
            await asyncio.gather(*copies)
        finally:
            for name in names:
                self._locks[name].release()

    def _written(self, people: list[Person]) -> list[Event]:
        """A message of each, delivered in another order than it was written in."""
        now = int(time.time())
        events = []
        for index, person in enumerate(people):
            at = now - len(people) + index
            event = payloads.text(person, self._dice.choice(QUESTIONS), at=at)
            self.delivered.order[person.user_id].append(event.id)
            events.append(event)
        self._dice.shuffle(events)
        return events

    async def _post(self, session: aiohttp.ClientSession, address: str, body: bytes) -> None:
        signature = payloads.sign(TEST["MESOBOT_WHATSAPP_APP_SECRET"], body)
        headers = {"X-Hub-Signature-256": signature, "Content-Type": "application/json"}
        while True:
            begin = time.monotonic()
            try:
                async with session.post(address, data=body, headers=headers) as answer:
                    if answer.status == 200:
                        self.delivered.seconds.append(time.monotonic() - begin)
                        return
            except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
                pass  # a server that was killed: the platform tries again
            self.delivered.refused += 1
            await asyncio.sleep(_RETRY_PAUSE)


@dataclass(frozen=True)
class Found:
    """What was found out afterwards.

    Attributes:
        unanswered: messages without a reply that was accepted.
        doubled: replies that were accepted more than once.
        disordered: messages that were answered after a later one of the same sender.
        replies: that were accepted.
        seconds: until everything was answered, from the last message on.
    """

    unanswered: int
    doubled: int
    disordered: int
    replies: int
    seconds: float


def wait_and_look(url: str, graph: GraphPeer, delivered: Delivered, seconds: float) -> Found:
    """Wait until nothing waits any more, and look whether everybody got what they should."""
    engine = open_database(url)
    begin = time.monotonic()
    try:
        while time.monotonic() - begin < seconds:
            with reading(engine) as connection:
                waits = (
                    connection.execute(
                        select(inbox.c.id).where(inbox.c.state == InboxState.WAITING).limit(1)
                    ).first()
                    or connection.execute(
                        select(replies.c.id).where(replies.c.state == ReplyState.WAITING).limit(1)
                    ).first()
                )
            if not waits:
                break
            time.sleep(0.5)
        settled = time.monotonic() - begin
        with reading(engine) as connection:
            turn_of = dict(
                connection.execute(
                    select(inbox.c.digest, inbox.c.turn).where(inbox.c.state == InboxState.ANSWERED)
                ).all()
            )
    finally:
        engine.dispose()
    to_patients = (each["body"] for each in graph.accepted() if each["body"]["type"] != "template")
    tokens = (body.get("biz_opaque_callback_data") for body in to_patients)
    accepted = [token for token in tokens if token]  # "forgotten" has none: nothing is kept of it
    place = {token.rpartition("-")[0]: at for at, token in reversed(list(enumerate(accepted)))}
    unanswered = disordered = 0
    for ids in delivered.order.values():
        places = [place.get(turn_of.get(digest(id_), "")) for id_ in ids]
        unanswered += places.count(None)
        known = [at for at in places if at is not None]
        disordered += sum(later < earlier for earlier, later in pairwise(known))
    doubled = sum(count - 1 for count in Counter(accepted).values())
    return Found(unanswered, doubled, disordered, len(accepted), settled)


@dataclass
class Flooded:
    """How a flood was taken.

    Attributes:
        statuses: of the HTTP answers to everybody.
        seconds_of_others: until each acknowledgement of somebody else's message.
    """

    statuses: list[int] = field(default_factory=list)
    seconds_of_others: list[float] = field(default_factory=list)


async def flood(
    webhook: str, one: Person, others: Sequence[Person], a_second: int, seconds: float
) -> Flooded:
    """One person sends very many messages, while each of the others sends one."""
    seen = Flooded()
    business = payloads.Business()

    async def post(session: aiohttp.ClientSession, person: Person, text: str) -> float:
        body = payloads.encode(payloads.webhook(business, payloads.text(person, text)))
        signature = payloads.sign(TEST["MESOBOT_WHATSAPP_APP_SECRET"], body)
        headers = {"X-Hub-Signature-256": signature}
        begin = time.monotonic()
        async with session.post(webhook, data=body, headers=headers) as answer:
            seen.statuses.append(answer.status)
        return time.monotonic() - begin

    async with aiohttp.ClientSession() as session:
        tasks, begin = [], time.monotonic()
        waiting = list(others)
        for number in range(int(a_second * seconds)):
            tasks.append(asyncio.create_task(post(session, one, f"{QUESTIONS[0]} {number}")))
            if waiting and number % max(1, int(a_second * seconds / len(others))) == 0:
                person = waiting.pop()
                task = asyncio.create_task(post(session, person, QUESTIONS[0]))
                task.add_done_callback(lambda done: seen.seconds_of_others.append(done.result()))
                tasks.append(task)
            due = begin + (number + 1) / a_second
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        tasks += [asyncio.create_task(post(session, each, QUESTIONS[0])) for each in waiting]
        await asyncio.gather(*tasks)
    return seen


def percentile(seconds: Sequence[float], part: float) -> float:
    """The value that this part of all is below."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def figures(delivered: Delivered) -> str:
    """The acknowledgements in a line of JSON; milliseconds."""
    ordered = sorted(delivered.seconds)

    def at(part: float) -> int:
        return round(1000 * percentile(ordered, part))

    return json.dumps({"acknowledged": len(ordered), "p50": at(0.5), "p95": at(0.95),
                       "p99": at(0.99), "slowest": at(1), "refused": delivered.refused})  # fmt: skip
