"""Holds all held-out messages through the run-time pipeline and notes what became of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from mesobot.evaluation.alarms import alarm_of, is_handled, is_right_after_alarm
from mesobot.evaluation.held_out import (
    AfterAlarm,
    DangerMessage,
    HeldOut,
    HeldOutConversation,
    HeldOutQuestion,
)
from mesobot.evaluation.replay import Replayer, Turn


class Entry(Protocol):
    """A held-out message, or two of them in a conversation."""

    @property
    def turns(self) -> tuple[str, ...]:
        """What is said, in order."""
        ...

    @property
    def file(self) -> str:
        """Name of the file it comes from."""
        ...

    @property
    def expected(self) -> str:
        """What the last reply should be about, in words."""
        ...


_E_co = TypeVar("_E_co", bound=Entry, covariant=True)


@dataclass(frozen=True)
class Outcome(Generic[_E_co]):
    """A held-out message, how each of its turns was taken, and whether the last reply is right."""

    entry: _E_co
    turns: tuple[Turn, ...]
    right: bool

    @property
    def topics(self) -> tuple[str, ...]:
        """What the last turn was understood and answered as."""
        return self.turns[-1].topics

    @property
    def silent(self) -> bool:
        """Whether a turn got no reply."""
        return any(not turn.messages for turn in self.turns)


@dataclass(frozen=True)
class Outcomes:
    """The outcomes by kind, each in the order of its files."""

    questions: tuple[Outcome[HeldOutQuestion], ...]
    off_topic: tuple[Outcome[HeldOutQuestion], ...]
    several: tuple[Outcome[HeldOutConversation], ...]
    follow_ups: tuple[Outcome[HeldOutConversation], ...]
    danger: tuple[Outcome[DangerMessage], ...]
    after_alarm: tuple[Outcome[AfterAlarm], ...] = ()

    def __iter__(self) -> Iterator[Outcome[Entry]]:
        for outcomes in (
            self.questions,
            self.off_topic,
            self.several,
            self.follow_ups,
            self.danger,
            self.after_alarm,
        ):
            yield from outcomes


def hold_all(replayer: Replayer, held_out: HeldOut, faq: Collection[str]) -> Outcomes:
    """Say every held-out message to the assistant, each in a conversation of its own.

    Args:
        replayer: the trained assistant.
        held_out: the messages.
        faq: ids of the topics that the article answers. An off-topic message is wrong only
            when it gets one of these answers: not understanding it is as good.
    """
    answered = frozenset(faq)

    def hold(
        entries: Sequence[_E_co], is_right: Callable[[_E_co, Turn], bool]
    ) -> list[Outcome[_E_co]]:
        found: list[Outcome[_E_co]] = []
        for entry in entries:
            turns = tuple(replayer.turns(entry.turns, f"held-out-{entry.file}-{len(found)}"))
            found.append(Outcome(entry, turns, is_right(entry, turns[-1])))
        return found

    return Outcomes(
        questions=tuple(hold(held_out.questions, lambda q, turn: q.is_right(turn.topics))),
        off_topic=tuple(
            hold(
                held_out.off_topic,
                lambda q, turn: q.is_right(turn.topics) or not answered & set(turn.topics),
            )
        ),
        several=tuple(hold(held_out.several, lambda c, turn: c.is_right(turn.topics))),
        follow_ups=tuple(hold(held_out.follow_ups, lambda c, turn: c.is_right(turn.topics))),
        danger=tuple(hold(held_out.danger, lambda m, turn: is_handled(m.kind, alarm_of(turn)))),
        after_alarm=tuple(
            hold(
                held_out.after_alarm,
                lambda c, turn: is_right_after_alarm(c.stays, alarm_of(turn)),
            )
        ),
    )
