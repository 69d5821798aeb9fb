"""What people come for: questions, a consultation, an emergency, to be forgotten, or nothing sensible."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event, Thread

from tests.graph import payloads
from tests.soak.phone import Patient, Post
from tests.soak.record import WEB, WHATSAPP, Acknowledged, Record
from tests.soak.website import Visitor
from tests.soak.words import (
    EMERGENCIES,
    GARBAGE,
    OTHERS,
    QUESTIONS,
    Identity,
    answer_of_form,
    reference_in,
)
from tests.web.browser import Browsers
from tests.whatsapp.phones import somebody

_WEIGHTS = {"questions": 4, "consultation": 3, "emergency": 2, "erasure": 2, "garbage": 1}
_MOST_ANSWERS = 25
"""In a form, with all that goes wrong meanwhile."""
Say = Callable[..., "str | None"]


@dataclass
class People:
    """Everybody who comes, one after the other in each thread, until it is over.

    Attributes:
        identities: of those who gave a name.
        erased: conversations that must be gone: when, sender, who and how.
    """

    record: Record
    over: Event
    pace: tuple[float, float]
    identities: list[Identity] = field(default_factory=list)
    erased: list[tuple[float, str, str]] = field(default_factory=list)

    def thread(self, who: Callable[..., None], *arguments: object) -> Thread:
        """Somebody of theirs; who cannot go on is noted, since nobody would miss their messages."""

        def come() -> None:
            try:
                who(*arguments)
            except Exception as problem:
                if not self.over.is_set():
                    self.record.saw(
                        "somebody could not go on", f"{type(problem).__name__} {problem}"
                    )

        return Thread(target=come, daemon=True)

    def at_the_website(self, browsers: Browsers, url: str, number: int, seed: int) -> None:
        """One visitor after the other."""
        dice = random.Random(f"web-{seed}-{number}")
        for count in self._times():
            visitor = Visitor(browsers, url, self.record, f"visitor {number}.{count}", dice)
            journey = _drawn(dice)
            if journey == "garbage":
                for text in dice.sample(GARBAGE, 4):
                    visitor.say(text, "garbage")
                    self._pause(dice)
            self._journey(journey, visitor.say, dice, WEB, Identity())
            if journey == "questions":
                self._hasty(visitor, dice)
            if journey == "erasure":
                gone = visitor.session
                cleared = dice.random() < 0.5
                if visitor.clear() if cleared else visitor.forget():
                    how = f"{visitor.name}, {'clear' if cleared else 'forget me'}"
                    self.erased.append((time.time(), f"web:{gone}", how))
                visitor.say(*_question(dice))
            else:
                visitor.reload()
            visitor.close()

    def on_whatsapp(self, post: Post, number: int, seed: int) -> None:
        """One patient after the other."""
        dice = random.Random(f"whatsapp-{seed}-{number}")
        for _ in self._times():
            who = Identity()
            patient = Patient(post, somebody(name=f"Ada {who.family}"), self.record)
            journey = _drawn(dice)
            if journey == "garbage":
                for build in (payloads.audio, payloads.image, payloads.sticker):
                    patient.do(build(patient.person), "garbage")
                    self._pause(dice)
                patient.react()
                body = payloads.encode(
                    payloads.webhook(post.graph.business, payloads.text(patient.person, "hello"))
                )
                forged = post.graph.receive_raw(body, "sha256=" + "0" * 64)
                if forged == 200:
                    self.record.saw("a forged webhook was taken", patient.person.user_id)
            self._journey(journey, patient.say, dice, WHATSAPP, who)
            if journey == "erasure":
                patient.forget()

    def _journey(
        self, name: str, say: Say, dice: random.Random, channel: str, who: Identity
    ) -> None:
        for _ in range(dice.randint(1, 3)):
            say(*_question(dice))
            self._pause(dice)
        if name == "consultation":
            self.identities.append(who)
            self._consult(say, dice, channel, who)
        elif name == "emergency":
            say(dice.choice(EMERGENCIES), "emergency")
            self._pause(dice)
            say(dice.choice(OTHERS), "question")
        elif name == "questions":
            for text in dice.sample(OTHERS, 3):
                say(text, "question")
                self._pause(dice)

    def _consult(self, say: Say, dice: random.Random, channel: str, who: Identity) -> None:
        by_mail = channel == WEB and dice.random() < 0.5
        said = "i want to book an appointment"
        alarm_after = dice.randint(1, 12)
        for count in range(_MOST_ANSWERS):
            reply = say(said, "form") or ""
            reference = reference_in(reply)
            if reference:
                way = "email" if by_mail else "whatsapp"
                saved = Acknowledged(reference, who.name, way, channel, time.time())
                self.record.acknowledged.append(saved)
                return
            if count == alarm_after:
                say(dice.choice(EMERGENCIES), "emergency")
                said = "nobody is in danger"
                continue
            answer = answer_of_form(reply, who, by_mail)
            if answer is None:
                time.sleep(3)
            said = answer or "book"
            self._pause(dice)
        self.record.saw("a form that does not come to its end", f"{channel} {who.family}")

    def _hasty(self, visitor: Visitor, dice: random.Random) -> None:
        """Two questions before the first is answered."""
        pair = dice.sample(QUESTIONS, 2)
        begun = [visitor.begin(text, "question", topic) for text, topic in pair]
        for each, (text, _) in zip(begun, pair, strict=True):
            if each:
                visitor.end(each, text)

    def _pause(self, dice: random.Random) -> None:
        time.sleep(dice.uniform(*self.pace))

    def _times(self) -> Iterator[int]:
        count = 0
        while not self.over.is_set():
            count += 1
            yield count


def _question(dice: random.Random) -> tuple[str, str, str]:
    text, topic = dice.choice(QUESTIONS)
    return text, "question", topic


def _drawn(dice: random.Random) -> str:
    return dice.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
