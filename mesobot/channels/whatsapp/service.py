"""The parts of the channel put together, and the work that goes on behind the webhook."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import structlog
from sqlalchemy.engine import Engine

from mesobot import paths
from mesobot.channels.whatsapp import answering, sending
from mesobot.channels.whatsapp.answering import Answering
from mesobot.channels.whatsapp.assistant import Assistant
from mesobot.channels.whatsapp.choices import ChoiceSigner
from mesobot.channels.whatsapp.configuration import ChannelSettings
from mesobot.channels.whatsapp.loops import WorkLoop
from mesobot.channels.whatsapp.reading import together
from mesobot.channels.whatsapp.receiving import Receiving
from mesobot.channels.whatsapp.rendering import Renderer
from mesobot.channels.whatsapp.sending import Sending
from mesobot.channels.whatsapp.texts import load_texts
from mesobot.chats.whatsapp.inbox import Inbox
from mesobot.chats.whatsapp.outgoing import Outgoing
from mesobot.chats.whatsapp.people import People
from mesobot.chats.whatsapp.turns import Burst
from mesobot.consultation.clock import utc_now
from mesobot.consultation.database import database_url, shared_database
from mesobot.consultation.delivery.graph import GraphClient
from mesobot.consultation.delivery.problems import DeliveryProblem
from mesobot.consultation.encryption import Sealer
from mesobot.consultation.outbox import Outbox
from mesobot.consultation.transactions import DatabaseUnavailableError
from mesobot.knowledge.clinic import Clinic
from mesobot.safety.red_flags import load_red_flags

_PARALLEL_TURNS, _PARALLEL_CALLS = 4, 16
_PAUSE = 0.3
_TIDY_SECONDS = 60.0
_LAST_SECONDS = 5.0
"""To end what is under way when the server stops."""
_log = structlog.get_logger()


class Service:
    """Receives, answers and sends, until it is stopped.

    Args:
        settings: of the channel.
        clinic: for the channel's own texts.
        environment: names the database and its keys.

    Raises:
        ContentError: if one of the channel's own texts is missing, or a danger sign is unusable.
        EncryptionKeyError: if a key is none.
    """

    def __init__(
        self, settings: ChannelSettings, clinic: Clinic, environment: Mapping[str, str]
    ) -> None:
        self._settings = settings
        self._texts = load_texts(paths.DATA / "whatsapp" / "channel.yml", clinic)
        self._red_flags = load_red_flags(paths.CLINIC / "red_flags.yml")
        self._sealer = Sealer.from_environment(environment)
        self._url = database_url(environment)
        self._receiving: Receiving | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._stop: Callable[[], asyncio.Future[None]] | None = None

    async def receive(self, headers: Mapping[str, str], body: bytes) -> int:
        """The HTTP status that a webhook call is answered with."""
        if self._receiving is None:
            return 503  # the database is not there yet: the platform tries again
        return await self._receiving.receive(headers, body)

    def start(self, assistant: Assistant) -> None:
        """Begin, as soon as the database is there."""
        self._tasks.append(asyncio.create_task(self._run(assistant)))

    async def stop(self) -> None:
        """Take nothing more, end what is under way, and leave the rest to whoever comes next."""
        if self._stop:
            await self._stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, assistant: Assistant) -> None:
        engine = await self._opened()
        people = People(engine, self._sealer, utc_now)
        burst = Burst(self._settings.quiet, 4 * self._settings.quiet)
        inbox = Inbox(engine, self._sealer, utc_now, people, burst=burst)
        outgoing = Outgoing(engine, self._sealer, utc_now, people)
        client = GraphClient(self._settings.account)
        out = Sending(outgoing, client, self._settings, utc_now)
        signer = ChoiceSigner(self._settings.app_secret or self._settings.verify_token)
        answers = Answering(
            inbox=inbox,
            people=people,
            assistant=assistant,
            renderer=Renderer(signer, self._texts.on(None)["choose"]),
            signer=signer,
            texts=self._texts,
            speaking=out,
            stale=self._settings.stale,
            clock=utc_now,
        )
        answer_loop = WorkLoop(
            "whatsapp.answers",
            lambda room: inbox.claim(room, answering.LEASE, together),
            answers.answer,
            parallel=_PARALLEL_TURNS,
            pause=_PAUSE,
        )
        send_loop = WorkLoop(
            "whatsapp.replies",
            lambda room: outgoing.claim(room, sending.LEASE),
            out.deliver,
            parallel=_PARALLEL_CALLS,
            pause=_PAUSE,
        )
        told = _told(Outbox(engine, self._sealer, utc_now))
        receiving = Receiving(
            self._settings,
            inbox=inbox,
            outgoing=outgoing,
            people=people,
            told=told,
            clock=utc_now,
            is_urgent=self._red_flags.is_urgent,
            wake=answer_loop.wake,
        )
        self._receiving = receiving

        async def stop() -> None:
            self._receiving = None
            await answer_loop.finish(_LAST_SECONDS)
            await send_loop.finish(_LAST_SECONDS)
            receiving.close()
            await client.close()

        self._stop = lambda: asyncio.ensure_future(stop())
        _log.info("whatsapp.on", phone_number_id=self._settings.account.phone_number_id)
        await asyncio.gather(answer_loop.run(), send_loop.run(), _tidy(receiving, out))

    async def _opened(self) -> Engine:
        failures = 0
        while True:
            try:
                return await asyncio.to_thread(shared_database, self._url)
            except DatabaseUnavailableError as error:
                if not failures:
                    _log.error("whatsapp.database_unavailable", problem=str(error))
                failures += 1
                await asyncio.sleep(min(10.0, 2.0**failures))


async def _tidy(*parts: Receiving | Sending) -> None:
    while True:
        await asyncio.sleep(_TIDY_SECONDS)
        for part in parts:
            part.tidy()


def _told(outbox: Outbox) -> Callable[[str, str, DeliveryProblem | None], bool]:
    def told(token: str, arrival: str, problem: DeliveryProblem | None) -> bool:
        if not token.startswith("<"):
            return False  # of a reply: it is no Message-ID
        return outbox.reported(token, arrival, str(problem) if problem else None)

    return told
