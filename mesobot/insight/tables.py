"""Missed questions and conversations on the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from mesobot.insight.advice import DANGERS
from mesobot.insight.masking import Masker
from mesobot.insight.missed import MissedGroup
from mesobot.insight.outcome import Outcome
from mesobot.insight.phrases import counted
from mesobot.insight.pseudonyms import Pseudonyms
from mesobot.insight.turns import Turn
from mesobot.knowledge.zone import local

_IN_FORM = "‹answer to the form›"
_OUTCOMES = {
    Outcome.ANSWERED: "answered",
    Outcome.PARTLY: "answered in part",
    Outcome.TO_CLINIC: "passed to the clinic",
    Outcome.NOT_IN_ARTICLE: "not in the article",
    Outcome.OFF_TOPIC: "about something else",
    Outcome.NOT_UNDERSTOOD: "not understood",
    Outcome.OTHER_LANGUAGE: "another language",
    Outcome.ALARM: "RED FLAG",
    Outcome.REQUEST: "consultation request",
    Outcome.UNREADABLE: "unreadable",
    Outcome.CHAT: "small talk",
    Outcome.NO_REPLY: "NO REPLY, contacts only",
}
_BAD = {Outcome.ALARM, Outcome.NO_REPLY}


@dataclass(frozen=True)
class ConversationLine:
    """One conversation in short.

    Attributes:
        pseudonym: of its sender; conversations of the same one have the same.
        alarms: dangers that were spoken of.
        unanswered: how many questions got no answer.
    """

    pseudonym: str
    began: datetime
    channel: str
    messages: int
    topics: tuple[str, ...]
    alarms: tuple[str, ...]
    unanswered: int


def conversations_of(turns: Iterable[Turn], pseudonyms: Pseudonyms) -> list[ConversationLine]:
    """The conversations that turns belong to, newest first."""
    found: dict[tuple[str, int], list[Turn]] = {}
    for turn in turns:
        found.setdefault((turn.sender, turn.session), []).append(turn)
    lines = [
        ConversationLine(
            pseudonym=pseudonyms.of(said[0].sender),
            began=said[0].at,
            channel=said[0].channel,
            messages=len(said),
            topics=tuple(dict.fromkeys(topic for turn in said for topic in turn.topics)),
            alarms=tuple(dict.fromkeys(turn.alarm for turn in said if turn.alarm)),
            unanswered=sum(turn.outcome.is_unanswered for turn in said),
        )
        for said in found.values()
    ]
    return sorted(lines, key=lambda line: line.began, reverse=True)


def overview(lines: Sequence[ConversationLine], zone: ZoneInfo) -> RenderableType:
    """A line for each conversation."""
    table = _table("conversation", "began", "channel", "messages", "topics", "to look at")
    for each in lines:
        notes = [DANGERS[alarm] for alarm in each.alarms if alarm in DANGERS]
        if each.unanswered:
            notes.append(f"{each.unanswered} unanswered")
        table.add_row(
            each.pseudonym,
            local(each.began, zone),
            each.channel,
            str(each.messages),
            Text(", ".join(each.topics)),
            Text(", ".join(notes), style="bold red" if each.alarms else ""),
        )
    return table


def transcript(
    turns: Sequence[Turn], masker: Masker, labels: Mapping[str, str], zone: ZoneInfo
) -> RenderableType:
    """What was said, masked, and the names of the answers; never what filled a form."""
    table = _table("when", "patient", "got", "reply")
    for turn in turns:
        table.add_row(
            local(turn.at, zone),
            Text(_IN_FORM if turn.in_form else masker.mask(turn.text)),
            Text(_OUTCOMES[turn.outcome], style="bold red" if turn.outcome in _BAD else ""),
            Text(", ".join(_names(turn, labels))),
        )
    return table


def _names(turn: Turn, labels: Mapping[str, str]) -> list[str]:
    """What the replies were about, or else what they are called."""
    if any(topic in labels for topic in turn.topics):
        return [labels.get(topic, topic) for topic in turn.topics]
    return [name.removeprefix("utter_").replace("_", " ") for name in turn.replies]


def missed_table(groups: Sequence[MissedGroup], labels: Mapping[str, str]) -> RenderableType:
    """A group's wordings, by how many it was asked, and where it may belong."""
    table = _table("asked by", "questions", "nearest topic")
    for number, group in enumerate(groups):
        if number:
            table.add_row()
        asked = counted(group.people, "person", "people")
        if group.times > group.people:
            asked += f",\n{group.times} times"
        near = f"{labels[group.topic]}\ndata/faq/{group.topic}.yml" if group.topic else "none"
        quoted = "\n".join(wording.text for wording in group.wordings)
        table.add_row(Text(asked), Text(quoted or "(longer messages)"), Text(near))
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for number, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=number == 0)
    return table
