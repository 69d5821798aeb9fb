from pathlib import Path

import pytest

from mesobot.evaluation.held_out import HeldOutConversation, HeldOutQuestion
from mesobot.evaluation.known_misses import (
    Message,
    compare,
    misses,
    read_known_misses,
    write_known_misses,
)
from mesobot.evaluation.run import Outcome


def outcome(text: str, right: bool) -> Outcome:
    return Outcome(HeldOutQuestion(text, "pain", (), "a.jsonl"), (), right)


OUTCOMES = [outcome("ouch?", False), outcome("is it sore", False), outcome("does it hurt", True)]
OUCH, SORE = Message("a.jsonl", "ouch?"), Message("a.jsonl", "is it sore")


def test_misses_are_sorted_and_name_every_turn() -> None:
    said = HeldOutConversation(("does it hurt", "ünd then?"), (("pain",),), "f.jsonl")
    found = misses([Outcome(said, (), False), *OUTCOMES])
    assert found == [SORE, OUCH, Message("f.jsonl", "does it hurt → ünd then?")]


def test_what_changed_since_the_list_was_written() -> None:
    mended, gone = Message("a.jsonl", "does it hurt"), Message("a.jsonl", "was taken out")
    found = compare(OUTCOMES, [OUCH, mended, gone])
    assert (found.new, found.mended, found.vanished) == ((SORE,), (mended,), (gone,))


def test_the_list_forgets_what_is_mended_and_refuses_what_is_new(tmp_path: Path) -> None:
    path = tmp_path / "misses.json"
    assert write_known_misses(path, OUTCOMES, allow_growth=True) == ()
    assert read_known_misses(path) == [SORE, OUCH]
    later = [outcome("ouch?", True), outcome("is it sore", False), outcome("stings?", False)]
    assert write_known_misses(path, later, allow_growth=False) == (Message("a.jsonl", "stings?"),)
    assert read_known_misses(path) == [SORE]


def test_without_misses_the_list_is_empty(tmp_path: Path) -> None:
    write_known_misses(tmp_path / "misses.json", [outcome("ouch?", True)], allow_growth=True)
    assert read_known_misses(tmp_path / "misses.json") == []


def test_no_file_is_an_empty_list_but_a_broken_one_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "misses.json"
    assert read_known_misses(path) == []
    for broken in ("[", "[1]", '[{"file": "a.jsonl"}]', "3"):
        path.write_text(broken, encoding="utf-8")
        with pytest.raises(ValueError, match="no list of known misses"):
            read_known_misses(path)
