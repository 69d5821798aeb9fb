"""What happened in a soak: only this is judged, so that the judging can be tried without one."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

WEB, WHATSAPP = "website", "WhatsApp"


@dataclass
class Turn:
    """Something that a patient said.

    Attributes:
        kind: question, emergency, form, forget or garbage.
        said, taken, answered: seconds since the epoch; None for never.
        topic: that the reply should name; None if it is not known beforehand.
        topics: that the reply named.
        alarmed: whether the reply gave 112 as an alarm.
        refused: the error that it was refused with, and so needs no answer.
        nudges: how often the patient had to say it again to be answered.
    """

    person: str
    channel: str
    kind: str
    said: float
    taken: float | None = None
    answered: float | None = None
    topic: str | None = None
    topics: list[str] = field(default_factory=list)
    alarmed: bool = False
    refused: str | None = None
    nudges: int = 0

    @property
    def seconds(self) -> float | None:
        """From saying it until the answer."""
        return None if self.answered is None else self.answered - self.said


@dataclass(frozen=True)
class Acknowledged:
    """A consultation request whose patient was told "Saved".

    Attributes:
        name: of the patient, nobody else's.
        way: email or whatsapp.
    """

    reference: str
    name: str
    way: str
    channel: str
    at: float


@dataclass
class Disturbance:
    """Something that was broken; ``end`` is when all of it was well again."""

    kind: str
    part: str
    begin: float
    end: float | None = None
    problem: str | None = None


@dataclass(frozen=True)
class Sample:
    """Resident memory of a process at one moment, in MiB."""

    name: str
    pid: int
    at: float
    mib: float


@dataclass(frozen=True)
class LogLine:
    """A line of a process that asks for attention.

    Attributes:
        at: when it was read, at most a second after it was written.
        event: without what changes from line to line.
    """

    process: str
    at: float
    event: str


@dataclass
class Delivered:
    """What reached the clinic and patients for each reference.

    Attributes:
        to_clinic, to_patient, to_staff: for each reference how often each message (by its own
            Message-ID or token) was accepted.
        names: for each reference whose name the clinic was told.
        kept: references in the database.
    """

    to_clinic: dict[str, dict[str, int]] = field(default_factory=dict)
    to_patient: dict[str, dict[str, int]] = field(default_factory=dict)
    to_staff: dict[str, dict[str, int]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)


@dataclass
class Record:
    """All of it.

    Attributes:
        odd: what somebody saw that must never be seen (a second reply, a lost session, …): when
            (0 for at the end), what, who.
        steady: from when until when no process of ours was killed; memory is judged there.
        leaks: words of patients in logs: which log, which word.
        not_erased: when a conversation was erased, and what is kept of it.
        unsettled: what still waited when the soak was over.
    """

    turns: list[Turn] = field(default_factory=list)
    acknowledged: list[Acknowledged] = field(default_factory=list)
    disturbances: list[Disturbance] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    lines: list[LogLine] = field(default_factory=list)
    odd: list[tuple[float, str, str]] = field(default_factory=list)
    delivered: Delivered = field(default_factory=Delivered)
    steady: tuple[float, float] | None = None
    leaks: list[tuple[str, str]] = field(default_factory=list)
    erased: int = 0
    not_erased: list[tuple[float, str]] = field(default_factory=list)
    unsettled: list[str] = field(default_factory=list)

    def saw(self, what: str, who: str) -> None:
        """Note what must never be seen."""
        self.odd.append((time.time(), what, who))
        _say(f"{what}: {who}")

    def as_json(self, **more: object) -> str:
        """All of it as text, beside what else is to be kept."""
        return json.dumps({**more, **asdict(self)}, indent=1, default=sorted)

    @contextmanager
    def disturbing(self, kind: str, part: str) -> Iterator[Disturbance]:
        """Note that something is broken for as long as this lasts."""
        noted = Disturbance(kind, part, time.time())
        self.disturbances.append(noted)
        _say(f"broken: {kind}, {part}")
        try:
            yield noted
        except Exception as problem:
            noted.problem = f"{type(problem).__name__}: {problem}"[:300]
        finally:
            noted.end = time.time()


def _say(what: str) -> None:
    """Twenty minutes are long."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {what}\n")
