"""The chat without sockets: what every tab hears."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage

from mesobot.channels.web.chat import Chat
from mesobot.channels.web.configuration import read_settings
from mesobot.channels.web.erasure import erase_conversation
from mesobot.channels.web.neighbours import Neighbours
from mesobot.channels.web.tokens import SessionTokens
from mesobot.channels.web.transcript import Transcript
from mesobot.channels.web.turns import Turns
from mesobot.insight.observer import TurnObserver
from mesobot.knowledge.clinic import load_clinic
from mesobot.paths import CLINIC
from tests.unit.chat_rows import make_events, senders
from tests.unit.chat_rows import say as keep_event

pytestmark = pytest.mark.asyncio
Handler = Callable[[UserMessage], Awaitable[Any]]


async def echo(message: UserMessage) -> None:
    await message.output_channel.send_response(
        message.sender_id, {"text": f"answer to {message.text}"}
    )


class Elsewhere(Neighbours):
    """There are other processes; which sessions they are told of is noted."""

    exist = True

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []
        self.others: list[Callable[[str], Awaitable[None]]] = []

    def tell(self, session: str) -> None:
        self.told.append(session)

    async def ask(self, session: str) -> None:
        for write in self.others:
            await write(session)


class World:
    """A chat, and what its tabs heard."""

    def __init__(
        self,
        folder: Path,
        handler: Handler = echo,
        seconds: float = 5,
        neighbours: Neighbours | None = None,
    ) -> None:
        self.heard: dict[str, list[tuple[str, Any]]] = {}
        self.clinic = load_clinic(CLINIC / "clinic.yml", os.environ)
        self.url = f"sqlite:///{folder / 'chats.db'}"
        settings = read_settings({}, folder)

        async def emit(event: str, data: dict[str, Any], tab: str) -> None:
            self.heard.setdefault(tab, []).append((event, data))

        self.chat = Chat(
            settings=settings,
            tokens=SessionTokens(settings.keys),
            transcript=Transcript(self.url),
            turns=Turns(handler, self.clinic, self.url, TurnObserver(), seconds=seconds),
            erase=erase_conversation,
            emit=emit,
            clinic=self.clinic,
            neighbours=neighbours,
        )

    async def arrive(self, tab: str, token: object = None, last_seq: int = 0) -> str:
        auth = {"token": token, "last_seq": last_seq}
        await self.chat.arrive(tab, auth, "127.0.0.1")
        await self.chat.greet(tab)
        return self.token(tab)

    def events(self, tab: str, name: str) -> list[Any]:
        return [data for event, data in self.heard.get(tab, []) if event == name]

    def token(self, tab: str) -> str:
        return str(self.events(tab, "session")[-1]["token"])

    def texts(self, tab: str) -> list[str]:
        return [message["text"] for message in self.events(tab, "message")]

    async def until(self, true: Callable[[], object]) -> None:
        for _ in range(500):
            if true():
                return
            await asyncio.sleep(0.01)
        raise AssertionError(self.heard)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MESOBOT_TRACKER_DB", str(tmp_path / "chats.db"))
    return tmp_path


def say(number: int, text: str = "hi") -> dict[str, str]:
    return {"id": f"message-{number}", "text": text}


async def test_a_turn_that_fails_is_an_apology(folder: Path) -> None:
    async def broken(message: UserMessage) -> None:
        raise RuntimeError("canary")

    world = World(folder, broken)
    await world.arrive("one")
    assert await world.chat.say("one", say(1)) == {"ok": True, "seq": 1}
    await world.until(lambda: len(world.texts("one")) == 2)
    reply = world.events("one", "message")[1]
    assert reply["text"].startswith("Sorry, something is not working")
    assert reply["links"][0]["kind"] == "whatsapp"


async def test_a_silent_turn_is_an_apology(folder: Path) -> None:
    async def silent(message: UserMessage) -> None:
        """Say nothing."""

    world = World(folder, silent)
    await world.arrive("one")
    await world.chat.say("one", say(1))
    await world.until(lambda: len(world.texts("one")) == 2)


async def test_a_turn_that_hangs_is_given_up_and_the_next_one_answered(folder: Path) -> None:
    async def hangs_once(message: UserMessage) -> None:
        if message.text == "hang":
            await asyncio.sleep(60)
        await echo(message)

    world = World(folder, hangs_once, seconds=0.1)
    await world.arrive("one")
    await world.chat.say("one", say(1, "hang"))
    await world.chat.say("one", say(2, "next"))
    await world.until(lambda: len(world.texts("one")) == 4)
    assert world.texts("one")[2].startswith("Sorry")
    assert world.texts("one")[3] == "answer to next"
    assert world.events("one", "typing") == [{"on": True}, {"on": True}, {"on": False}]


async def test_what_was_said_before_a_failure_is_not_lost(folder: Path) -> None:
    async def half(message: UserMessage) -> None:
        await echo(message)
        raise RuntimeError

    world = World(folder, half)
    await world.arrive("one")
    await world.chat.say("one", say(1))
    await world.until(lambda: len(world.texts("one")) == 2)
    assert world.texts("one")[1] == "answer to hi"


async def test_forget_me_in_a_turn_leaves_nothing_and_empties_every_tab(folder: Path) -> None:
    """Somebody else erases the conversation during a turn: the action server, or staff."""

    async def forget(message: UserMessage) -> None:
        if message.text == "forget me":
            await asyncio.to_thread(erase_conversation, message.sender_id)
        await echo(message)

    world = World(folder, forget)
    token = await world.arrive("one")
    await world.arrive("two", token)
    await world.chat.say("one", say(1, "canary"))
    await world.until(lambda: len(world.texts("two")) == 2)
    await world.chat.say("one", say(2, "forget me"))
    await world.chat.say("two", say(3, "are you there?"))
    await world.until(lambda: "answer to are you there?" in world.texts("two"))
    for tab in ("one", "two"):
        names = [event for event, _ in world.heard[tab]]
        after = world.heard[tab][names.index("cleared") + 1 :]
        said = [(data["seq"], data["text"]) for event, data in after if event == "message"]
        assert said == [
            (1, "answer to forget me"),
            (2, "are you there?"),
            (3, "answer to are you there?"),
        ]
        assert world.token(tab) != token
        assert world.events(tab, "typing")[-1] == {"on": False}
    assert b"canary" not in (folder / "chats.db").read_bytes()
    assert b"forget me" not in (folder / "chats.db").read_bytes()


async def test_after_forget_me_the_next_message_begins_no_other_session(folder: Path) -> None:
    """The reply "done" is kept nowhere; that nothing is kept was taken for another erasure."""

    async def forget(message: UserMessage) -> None:
        if message.text == "forget me":
            await asyncio.to_thread(erase_conversation, message.sender_id)
        await echo(message)

    world = World(folder, forget, neighbours=Elsewhere())
    await world.arrive("one")
    await world.chat.say("one", say(1, "forget me"))
    await world.until(lambda: "answer to forget me" in world.texts("one"))
    token = world.token("one")
    assert (await world.chat.say("one", say(2, "and now?")))["ok"]
    await world.until(lambda: "answer to and now?" in world.texts("one"))
    assert world.token("one") == token
    assert len(world.events("one", "cleared")) == 1


async def test_what_another_process_erased_is_not_written_when_the_database_is_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mesobot.channels.web.transcript._SHORTEST_PAUSE", 0)
    elsewhere = Elsewhere()
    world, other = World(folder, neighbours=elsewhere), World(folder)
    await other.arrive("other")
    await other.chat.say("other", say(1))
    await other.until(lambda: len(other.texts("other")) == 2)
    file = folder / "chats.db"
    for number, is_erased in ((2, False), (3, True)):
        await world.arrive("one")
        session = next(iter(world.chat._tabs._conversations))
        file.rename(folder / "away")
        file.mkdir()
        await world.chat.say("one", say(number, "canary"))
        await world.until(lambda: "answer to canary" in world.texts("one"))
        file.rmdir()
        (folder / "away").rename(file)
        if is_erased:
            await asyncio.to_thread(erase_conversation, f"web:{session}")
        elsewhere.told.clear()
        await world.chat.tidy()
        assert session in elsewhere.told  # that it is written now, or gone, is news elsewhere
        assert bool(world.events("one", "cleared")) is is_erased
        kept = Transcript(world.url).after(f"web:{session}", 0, 9)
        assert len(kept) == (0 if is_erased else 2)
        await world.chat.leave("one")
        world.heard.clear()


async def test_a_reload_at_another_process_missed_what_the_first_could_not_write(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It showed the conversation as complete, until the first one's next attempt to write it."""
    monkeypatch.setattr("mesobot.channels.web.transcript._SHORTEST_PAUSE", 0)
    elsewhere = Elsewhere()
    here, there = World(folder, neighbours=Elsewhere()), World(folder, neighbours=elsewhere)
    elsewhere.others.append(here.chat.write)
    token = await here.arrive("one")
    await here.chat.say("one", say(1, "before"))
    await here.until(lambda: len(here.texts("one")) == 2)
    file = folder / "chats.db"
    file.rename(folder / "away")
    file.mkdir()
    await here.chat.say("one", say(2, "meanwhile"))
    await here.until(lambda: len(here.texts("one")) == 4)
    file.rmdir()
    (folder / "away").rename(file)
    await there.arrive("reloaded", token)
    (history,) = there.events("reloaded", "history")
    assert history["complete"]
    assert [message["text"] for message in history["messages"]] == here.texts("one")


@pytest.mark.parametrize("stays", [True, False], ids=["stays", "leaves"])
async def test_what_is_said_before_an_erasure_is_seen_is_erased_with_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, stays: bool
) -> None:
    """The database was back for "forget me", and still left alone by what keeps messages."""
    monkeypatch.setattr("mesobot.channels.web.transcript._SHORTEST_PAUSE", 60)
    make_events(folder / "chats.db")

    async def keep(message: UserMessage) -> None:
        if message.text == "forget me":
            await asyncio.to_thread(erase_conversation, message.sender_id)
        else:
            keep_event(folder / "chats.db", message.sender_id, "{}")
        await echo(message)

    world = World(folder, keep)
    token = await world.arrive("one")
    transcript = world.chat._tabs._transcript
    monkeypatch.setattr(transcript, "_rests_until", time.monotonic() + 60)
    for number, text in ((1, "hello"), (2, "forget me"), (3, "and now?")):
        await world.chat.say("one", say(number, text))
        await world.until(lambda text=text: f"answer to {text}" in world.texts("one"))
    assert world.token("one") == token
    assert len(senders(folder / "chats.db")) == 1  # "and now?", in a conversation that is gone
    monkeypatch.setattr(transcript, "_rests_until", 0.0)
    await world.until(lambda: not next(iter(world.chat._tabs._conversations.values())).is_busy)
    if not stays:
        await world.chat.leave("one")
        assert senders(folder / "chats.db") == []
        return
    await world.chat.tidy()
    assert senders(folder / "chats.db") == []
    assert world.token("one") != token
    await world.chat.say("one", say(4, "still there?"))
    await world.until(lambda: "answer to still there?" in world.texts("one"))


async def test_a_failed_erasure_is_admitted_and_the_conversation_goes_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(folder)

    def fail(sender: str) -> None:
        raise OSError

    monkeypatch.setattr(world.chat, "_erase", fail)
    token = await world.arrive("one")
    ack = await world.chat.clear("one")
    assert (ack["ok"], ack["error"]) == (False, "unavailable")
    assert world.token("one") == token
    assert (await world.chat.say("one", say(1)))["ok"]
    await world.until(lambda: len(world.texts("one")) == 2)


async def test_messages_that_could_not_be_written_are_written_later(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mesobot.channels.web.transcript._SHORTEST_PAUSE", 0)
    world = World(folder)
    file = folder / "chats.db"
    token = await world.arrive("one")
    await world.chat.say("one", say(1, "before"))
    await world.until(lambda: len(world.texts("one")) == 2)
    file.rename(folder / "away")
    file.mkdir()
    await world.chat.say("one", say(2, "meanwhile"))
    await world.until(lambda: len(world.texts("one")) == 4)
    await world.chat.leave("one")
    file.rmdir()
    (folder / "away").rename(file)
    await world.chat.tidy()
    restarted = World(folder)
    await restarted.arrive("two", token)
    history = restarted.events("two", "history")[0]
    assert [message["seq"] for message in history["messages"]] == [1, 2, 3, 4]
    assert history["complete"] is True


async def test_a_token_is_renewed_when_it_is_a_day_old(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(folder)
    token = await world.arrive("one")
    assert await world.arrive("two", token) == token
    now = world.events("one", "session")[0]["expires"] - 28 * 24 * 3600
    monkeypatch.setattr(world.chat._tabs._tokens, "_clock", lambda: now)
    renewed = await world.arrive("three", token)
    assert renewed != token
    assert world.events("three", "session")[0]["restored"] is True
    assert world.chat._tabs._tokens.read(renewed).id == world.chat._tabs._tokens.read(token).id


async def test_nothing_is_kept_in_memory_of_those_who_left(folder: Path) -> None:
    world = World(folder)
    for number in range(20):
        await world.arrive(f"tab {number}")
        await world.chat.say(f"tab {number}", say(number))
    await world.until(lambda: all(len(world.texts(f"tab {n}")) == 2 for n in range(20)))
    for number in range(20):
        await world.chat.leave(f"tab {number}")
    assert world.chat._tabs._conversations == {}
    assert world.chat._tabs._tabs == {}


async def test_who_left_is_not_spoken_to_and_harms_nobody(folder: Path) -> None:
    async def slowly(message: UserMessage) -> None:
        await asyncio.sleep(0.05)
        await echo(message)

    world = World(folder, slowly)
    token = await world.arrive("one")
    await world.chat.say("one", say(1))
    await world.chat.leave("one")
    await asyncio.sleep(0.3)
    assert len(world.texts("one")) == 1
    await world.arrive("two", token, last_seq=1)
    assert [m["seq"] for m in world.events("two", "history")[0]["messages"]] == [2]


async def test_who_knows_more_than_is_kept_gets_all_of_it(folder: Path) -> None:
    """A backup was restored."""
    world = World(folder)
    token = await world.arrive("one")
    await world.chat.say("one", say(1))
    await world.until(lambda: len(world.texts("one")) == 2)
    await world.arrive("two", token, last_seq=9)
    assert world.events("two", "session")[0]["seq"] == 2
    assert len(world.events("two", "history")[0]["messages"]) == 2


async def test_a_slash_reaches_rasa_as_words(folder: Path) -> None:
    world = World(folder)
    await world.arrive("one")
    await world.chat.say("one", say(1, "\u200b／restart"))
    await world.until(lambda: len(world.texts("one")) == 2)
    assert world.texts("one") == ["\u200b／restart", "answer to restart"]


async def test_a_fault_of_our_own_is_no_silence(tmp_path: Path) -> None:
    world = World(tmp_path)

    class Broken:
        async def reply(self, *_: object) -> dict[str, Any]:
            raise KeyError("canary")

    world.chat._turns = Broken()  # type: ignore[assignment]
    await world.arrive("a")
    for turn in ("turn-0001", "turn-0002"):
        assert (await world.chat.say("a", {"id": turn, "text": "hello"}))["ok"]
    await world.until(lambda: len(world.texts("a")) == 4)
    apologies = [text for text in world.texts("a") if text != "hello"]
    assert len(apologies) == 2
    assert all(world.clinic.whatsapp_link in text for text in apologies)


async def test_a_message_that_could_not_be_shown_is_answered_when_it_comes_again(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    await world.arrive("a")
    emit, faults = world.chat._tabs.emit, ["message"]

    async def fail_once(event: str, data: dict[str, Any], tab: str) -> None:
        if event in faults:
            faults.remove(event)
            raise ConnectionError
        await emit(event, data, tab)

    world.chat._tabs.emit = fail_once
    said = {"id": "turn-0001", "text": "hello"}
    with pytest.raises(ConnectionError):
        await world.chat.say("a", said)
    assert await world.chat.say("a", said) == {"ok": True, "seq": 1}
    await world.until(lambda: world.texts("a") == ["answer to hello"])
