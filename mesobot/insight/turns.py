"""Turns of conversations, as the stored events tell them. No Rasa in here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from mesobot.chats.events import StoredEvent, read_events
from mesobot.insight.outcome import Outcome, Reply, new_alarm_of, outcome_of, topics_of
from mesobot.nlu.decision import NOT_UNDERSTOOD, OFF_TOPIC

KINDS = ("session_started", "active_loop", "user", "bot")
_LEAD = timedelta(hours=2)
"""Read before the period: a form or a session (two hours of silence end it) may be open already."""
_TAIL = timedelta(minutes=1)
"""Read after it: replies to its last message."""
_UNANSWERED = (NOT_UNDERSTOOD, OFF_TOPIC, "unanswered/clinic_matters")
_FAQ = "faq/"
_NEAREST = 3


@dataclass(frozen=True)
class Missed:
    """A question without an answer, as it was typed.

    Attributes:
        text: personal; never shown as it is.
        understood: whether it was understood as something that the article does not cover.
        near: the article's topics that it resembles most, with scores in [0, 1].
    """

    text: str = field(repr=False)
    understood: bool
    near: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Turn:
    """One message of a patient and what it got.

    Attributes:
        sender: whose conversation.
        session: number of the conversation among those of its sender.
        at: when it was said, in UTC.
        channel: ``web``, ``whatsapp`` or ``rest``.
        text: personal; never shown as it is.
        topics: topic ids of the replies.
        alarm: the danger that it is the first to speak of.
        language: of the message, where it is known not to be English.
        in_form: whether the form for a consultation request was open.
        missed: questions in it without an answer; none while a form is open or danger is near.
        replies: names of the replies.
    """

    sender: str = field(repr=False)
    session: int
    at: datetime
    channel: str
    text: str = field(repr=False)
    outcome: Outcome
    topics: tuple[str, ...]
    alarm: str | None
    language: str | None
    in_form: bool
    missed: tuple[Missed, ...]
    replies: tuple[str, ...]


@dataclass
class _Open:
    """A conversation while its events are read."""

    session: int = 0
    form: bool = False
    asked: StoredEvent | None = None
    in_form: bool = False
    replies: list[Reply] = field(default_factory=list)


def read_turns(url: str, since: datetime, until: datetime) -> Iterator[Turn]:
    """What was said in a stretch of time, in no particular order across conversations.

    Raises:
        DatabaseUnavailableError: if the database fails.
    """
    begin, end = (since - _LEAD).timestamp(), (until + _TAIL).timestamp()
    for turn in turns_of(read_events(url, KINDS, begin, end)):
        if since <= turn.at < until:
            yield turn


def turns_of(events: Iterable[StoredEvent]) -> Iterator[Turn]:
    """Turns of events; those of one conversation are in their order."""
    conversations: dict[str, _Open] = {}
    for event in events:
        its = conversations.setdefault(event.sender, _Open())
        if event.kind == "bot":
            its.replies.append(event.data.get("metadata") or {})
            continue
        if event.kind == "active_loop":
            its.form = bool(event.data.get("name"))
            continue
        yield from _closed(its)
        if event.kind == "session_started":
            its.session += 1
        elif event.data.get("text"):
            its.asked, its.in_form = event, its.form
    for its in conversations.values():
        yield from _closed(its)


def _closed(its: _Open) -> Iterator[Turn]:
    """The turn that is over, if there was one."""
    if its.asked is not None:
        yield _turn(its.asked, its)
    its.asked, its.replies = None, []


def _turn(asked: StoredEvent, its: _Open) -> Turn:
    parse = asked.data.get("parse_data") or {}
    outcome = outcome_of(its.replies)
    quiet = its.in_form or outcome is Outcome.ALARM or bool(parse.get("possible_danger"))
    return Turn(
        sender=asked.sender,
        session=its.session,
        at=datetime.fromtimestamp(asked.at, timezone.utc),
        channel=str(asked.data.get("input_channel") or ""),
        text=str(asked.data["text"]),
        outcome=outcome,
        topics=topics_of(its.replies),
        alarm=new_alarm_of(its.replies),
        language=parse.get("language"),
        in_form=its.in_form,
        missed=() if quiet else _missed(parse),
        replies=tuple(str(reply.get("utter_action") or "") for reply in its.replies),
    )


def _missed(parse: Mapping[str, Any]) -> tuple[Missed, ...]:
    questions = parse.get("questions") or []
    near: tuple[tuple[str, float], ...] = ()
    if len(questions) == 1:  # the ranking is that of the whole message
        ranking = parse.get("intent_ranking") or []
        near = tuple(
            (str(ranked["name"]).removeprefix(_FAQ), float(ranked["confidence"]))
            for ranked in ranking
            if str(ranked["name"]).startswith(_FAQ)
        )[:_NEAREST]
    return tuple(
        Missed(str(each["text"]), each["topic"] != NOT_UNDERSTOOD, near)
        for each in questions
        if each["topic"] in _UNANSWERED and not each.get("follow_up")
    )
