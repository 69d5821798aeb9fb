"""A soak's judge names each promise that a record breaks, and nothing in a record that breaks none."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest
import yaml

from mesobot import paths
from tests.soak.disturbing import KILLS, OTHERS, schedule
from tests.soak.judging import growth, violations
from tests.soak.record import (
    WEB,
    WHATSAPP,
    Acknowledged,
    Delivered,
    Disturbance,
    LogLine,
    Record,
    Sample,
    Turn,
)
from tests.soak.table import table
from tests.soak.watching import Reader, event_of
from tests.soak.words import QUESTIONS, Identity, answer_of_form, leaked, reference_in

REFERENCE = "M-7K3F9Q"


def good() -> Record:
    """Everybody was answered, one request came to its end, memory was flat."""
    turns = [
        Turn(f"{channel} {at}", channel, kind, at, at, at + 1, alarmed=kind == "emergency")
        for channel in (WEB, WHATSAPP)
        for at, kind in enumerate(("question", "emergency", "form", "garbage", "forget"))
    ]
    turns[0].topic, turns[0].topics = "pain", ["pain"]
    boxes = [{REFERENCE: {"<1@clinic.test>": 1}} for _ in range(3)]
    return Record(
        turns=turns,
        acknowledged=[Acknowledged(REFERENCE, "Ada Quux", "email", WEB, 50.0)],
        disturbances=[
            Disturbance("kill", "rasa-1", 100, 120),
            Disturbance("away", "redis", 200, 212),
        ],
        samples=[Sample("rasa-1", 7, at, 800 + at / 100) for at in range(300, 701, 5)],
        lines=[LogLine("rasa-2", 205, "locks are in memory only, Redis away")],
        delivered=Delivered(*boxes, {REFERENCE: "Ada Quux"}, {REFERENCE}),
        steady=(300, 700),
        erased=1,
    )


def test_a_good_soak_is_good() -> None:
    assert violations(good()) == []


def test_the_same_mail_twice_is_told_and_no_violation() -> None:
    """At least once means that it may come twice, with the same Message-ID."""
    record = good()
    record.delivered.to_clinic[REFERENCE]["<1@clinic.test>"] += 1
    assert violations(record) == []
    assert "1 repeated with the same id" in table(record)


def _silent(record: Record) -> None:
    record.turns[0].answered = None


def _late(record: Record) -> None:
    record.turns[0].answered = record.turns[0].said + 31


def _not_taken(record: Record) -> None:
    record.turns[2].taken = record.turns[2].answered = None


def _refused(record: Record) -> None:
    record.turns[1].refused = "invalid"


def _swapped(record: Record) -> None:
    record.turns[0].topics = ["downtime"]


def _reassured(record: Record) -> None:
    record.turns[1].alarmed = False


def _lost(record: Record) -> None:
    record.delivered.kept.clear()


def _undelivered(record: Record) -> None:
    record.delivered.to_clinic.clear()


def _told_twice(record: Record) -> None:
    record.delivered.to_staff[REFERENCE] = {"a": 1, "b": 1}


def _again(record: Record) -> None:
    record.delivered.to_staff[REFERENCE] = {"a": 2}


def _doubled(record: Record) -> None:
    record.delivered.names["M-AAAAAA"] = "Ada Quux"


def _grown(record: Record) -> None:
    record.samples = [Sample("rasa-1", 7, at, 700 + at / 2) for at in range(300, 701, 5)]


def _unseen(record: Record) -> None:
    record.samples = [Sample("rasa-1", at, at, 800) for at in range(300, 701, 5)]


def _error(record: Record) -> None:
    record.lines.append(LogLine("rasa-1", 500, "web.no_reply"))


def _later_error(record: Record) -> None:
    record.lines.append(LogLine("rasa-1", 290, "locks are in memory only, Redis away"))


def _leak(record: Record) -> None:
    record.leaks.append(("rasa-1.log", "Quux"))


def _odd(record: Record) -> None:
    record.saw("a reply that nobody asked for", "visitor 1")


def _kept(record: Record) -> None:
    record.not_erased.append((205, "3 events, visitor 1, clear"))


def _waiting(record: Record) -> None:
    record.unsettled.append("2 of email in the outbox")


def _broken(record: Record) -> None:
    record.disturbances[0].problem = "RuntimeError: rasa-1 did not start"


def _nothing(record: Record) -> None:
    record.erased = 0


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_silent, "silent turn: website 0 on website, question"),
        (_late, "answered only after 31 s"),
        (_not_taken, "not taken: website 2"),
        (_refused, "refused (invalid)"),
        (_swapped, "asked about pain and heard about ['downtime']"),
        (_reassured, "no 112 for website 1"),
        (_lost, "acknowledged and not in the database: M-7K3F9Q"),
        (_undelivered, "0 different messages instead of one to the clinic"),
        (_told_twice, "2 different messages instead of one to staff on WhatsApp"),
        (_again, "2 times the same message to staff on WhatsApp: M-7K3F9Q"),
        (_doubled, "2 requests of one patient"),
        (_grown, "rasa-1 grew by"),
        (_unseen, "rasa-1 did not run through the steady third"),
        (_error, "1 unexpected lines of rasa-1: web.no_reply"),
        (_later_error, "1 unexpected lines of rasa-1: locks are in memory only"),
        (_leak, "rasa-1.log holds what a patient wrote: Quux"),
        (_odd, "a reply that nobody asked for: visitor 1"),
        (
            _kept,
            "kept of a conversation that was erased at 205 s: 3 events, visitor 1, clear (away of redis)",
        ),
        (_waiting, "still waiting at the end: 2 of email in the outbox"),
        (_broken, "not well again after kill of rasa-1"),
        (_nothing, "no conversation was erased"),
    ],
    ids=lambda value: value.__name__.strip("_") if callable(value) else "",
)
def test_each_broken_promise_is_named(spoil: Callable[[Record], None], words: str) -> None:
    record = good()
    spoil(record)
    found = violations(record)
    assert any(words in sentence for sentence in found), found


def test_a_record_is_kept_as_it_is() -> None:
    kept = json.loads(good().as_json(seed=1))
    assert kept["seed"] == 1
    assert kept["delivered"]["to_clinic"] == {REFERENCE: {"<1@clinic.test>": 1}}
    assert kept["delivered"]["kept"] == [REFERENCE]


def test_an_empty_soak_proves_nothing() -> None:
    found = violations(Record())
    assert "no consultation request was acknowledged" in found
    assert f"nobody on {WEB} was answered a message of the kind emergency" in found


def test_what_is_said_of_a_conversation_that_was_erased_needs_no_answer() -> None:
    record = good()
    record.turns[4].refused, record.turns[4].answered = "erased", None
    record.turns.append(Turn("x", WEB, "forget", 10, 10, 11))
    assert violations(record) == []


def test_growth_is_that_of_a_process_that_lives_on() -> None:
    first, more = growth(good())["rasa-1"]
    assert 803 < first < 805
    assert 2 < more < 4


@pytest.mark.parametrize(
    ("line", "event"),
    [
        (
            "2026-11-28 10:00:00 \x1b[1m[\x1b[31merror\x1b[0m    ]\x1b[0m web.not_kept_yet   messages=2 problem=it failed",
            "web.not_kept_yet",
        ),
        (
            "2026-11-28 10:00:00 WARNING  rasa.core.x  - Slow 12 things",
            "rasa.core.x  - Slow  things",
        ),
        (
            '2026-11-28 10:00:00 ERROR    mesobot.chats.steady_lock  - {"problem": "TimeoutError", "event": "locks are in memory only, Redis away", "level": "error"}',
            "locks are in memory only, Redis away",
        ),
        ("2026-11-28 10:00:00 [info     ] delivery                       reference=M-7K3F9Q", None),
    ],
)
def test_lines_that_ask_for_attention(line: str, event: str | None) -> None:
    assert event_of(line) == event


def test_a_traceback_is_named_by_its_exception_wherever_the_log_is_cut() -> None:
    text = (
        "Traceback (most recent call last):\n  File 'a', line 1, in b\n    raise OSError\n"
        "aiohttp.client_exceptions.ClientConnectionError: no answer\n\n"
        "During handling of the above exception, another exception occurred:\n\n"
        "Traceback (most recent call last):\n  File 'a'\nKeyError\nINFO done\n"
    )
    for cut in range(len(text)):
        reader = Reader()
        events = reader.events(text[:cut]) + reader.events(text[cut:])
        assert events == [
            "traceback of aiohttp.client_exceptions.ClientConnectionError",
            "traceback of KeyError",
        ], cut


def test_a_seed_breaks_the_same_things_in_the_same_order() -> None:
    def first(seed: int) -> list[str]:
        return list(islice(schedule(seed)(True), 28))

    assert first(1) == first(1) != first(2)
    assert Counter(first(1)) == dict.fromkeys((*KILLS, *OTHERS), 2)
    assert not set(islice(schedule(1)(False), 30)) & set(KILLS)


def test_questions_are_topics_that_there_are() -> None:
    for _text, topic in QUESTIONS:
        assert (paths.ROOT / "data" / "faq" / f"{topic}.yml").exists()


def test_the_form_is_answered_by_what_it_asks() -> None:
    """A question of the form that a soak does not know would only be seen after twenty minutes."""
    who = Identity()
    file = Path(paths.ROOT / "data" / "consultation" / "request.yml")
    responses = yaml.safe_load(file.read_text(encoding="utf-8"))["responses"]
    for name in ("way", "name", "contact", "email", "this_number", "concern", "time", "confirmed"):
        (said,) = responses[f"utter_ask_consultation_{name}"]
        assert answer_of_form(said["text"], who, by_mail=True), name
    for name in ("whatsapp", "here", "email", "before"):
        (said,) = responses[f"utter_consultation_saved_{name}"]
        text = said["text"].replace("{consultation_reference}", REFERENCE)
        assert reference_in(text) == REFERENCE, name
    assert reference_in("I know M-7K3F9Q.") is None


def test_patients_words_are_found_in_a_log() -> None:
    who = Identity()
    assert leaked(f"INSERT {who.address}", [who]) == {who.family}
    assert leaked("DOES IT HURT", []) == {"does it hurt"}
    assert leaked("nothing", [who]) == set()
