"""How often both bots answer held-out messages right, over HTTP, each in a conversation of its own."""

from __future__ import annotations

import http.client
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.comparison.bots import OURS, Bot
from benchmarks.comparison.servers import Server, say
from benchmarks.comparison.trained_stock import one_line, said_by
from mesobot.evaluation.held_out import HeldOut, HeldOutQuestion
from mesobot.nlu.decision import OFF_TOPIC

Replies = list[dict[str, Any]]
_NOT_UNDERSTOOD = "nlu_fallback"
_GROUPS_OF_STOCK = ("faq_", "unanswered_")


@dataclass(frozen=True)
class Accuracy:
    """Hits of held-out messages.

    Attributes:
        right: single questions answered with an accepted topic.
        questions: of so many.
        false_accepts: off-topic messages that got the answer of a topic of the article.
        off_topic: of so many.
    """

    right: int
    questions: int
    false_accepts: int
    off_topic: int


def accuracy(bot: Bot, server: Server, held_out: HeldOut, faq: Collection[str]) -> Accuracy:
    """Ask everything.

    Args:
        bot: which one.
        server: where it runs.
        held_out: the messages; single questions and off-topic ones are used.
        faq: ids of the topics that the article answers.
    """
    messages = [*held_out.questions, *held_out.off_topic]
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    replies = [say(connection, f"held-out-{i}", m.text) for i, m in enumerate(messages)]
    connection.close()
    intents = intents_heard(server.database)
    read = reader_of(bot)
    topics = [read(reply) or (plain(intents[f"held-out-{i}"]),) for i, reply in enumerate(replies)]
    count = len(held_out.questions)
    pairs = list(zip(messages, topics, strict=True))
    return Accuracy(
        right=sum(message.is_right(found) for message, found in pairs[:count]),
        questions=count,
        false_accepts=sum(is_false_accept(m, found, faq) for m, found in pairs[count:]),
        off_topic=len(pairs) - count,
    )


def is_false_accept(message: HeldOutQuestion, topics: Sequence[str], faq: Collection[str]) -> bool:
    """Whether an off-topic message got the answer of a topic that is not accepted for it."""
    return not message.is_right(topics) and not set(topics).isdisjoint(faq)


def reader_of(bot: Bot) -> Callable[[Replies], tuple[str, ...]]:
    """How the topics of replies are known: ours say them, stock's are known by their texts.

    A "thank you" has no topic in either; then what counts is the intent that was heard.
    """
    if bot.name == OURS:
        return lambda replies: tuple(replies[0].get("topics", ()))
    known = said_by(bot.folder)

    def by_text(replies: Replies) -> tuple[str, ...]:
        said = one_line(" ".join(str(reply.get("text", "")) for reply in replies))
        return tuple(plain(intent) for intent in known.get(said, ()))

    return by_text


def plain(intent: str) -> str:
    """The topic of an intent, whichever bot calls it so."""
    if intent == _NOT_UNDERSTOOD:
        return OFF_TOPIC
    group = next((group for group in _GROUPS_OF_STOCK if intent.startswith(group)), "")
    return intent.removeprefix(group)


def intents_heard(database: Path) -> Mapping[str, str]:
    """The intent of each conversation's last message, from Rasa's table of events."""
    query = "SELECT sender_id, intent_name FROM events WHERE type_name = 'user' ORDER BY id"
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return dict(connection.execute(query))
