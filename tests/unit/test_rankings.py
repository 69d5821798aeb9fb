"""Each part of a message is ranked once, together with others where that is known."""

from __future__ import annotations

from collections.abc import Sequence

from mesobot.nlu.rankings import Rankings, without_contacts
from mesobot.nlu.topic_model import Ranked
from mesobot.safety.red_flags import Danger


class Model:
    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def rank_all(self, texts: Sequence[str]) -> list[list[Ranked]]:
        self.asked.append(list(texts))
        return [[Ranked(f"faq/{text}", 0.9), Ranked("distress", 0.2, belief=0.1)] for text in texts]


def test_each_part_is_ranked_once() -> None:
    model = Model()
    rank = Rankings(model)
    assert rank("a")[0].topic == "faq/a"
    rank.ahead(["a", "b", "c", "b"])
    assert [rank(part)[0].topic for part in "abc"] == ["faq/a", "faq/b", "faq/c"]
    assert model.asked == [["a"], ["b", "c"]]


def test_dangers_stand_apart() -> None:
    rank = Rankings(Model())
    assert [ranked.topic for ranked in rank.topics("a")] == ["faq/a"]
    assert rank.dangers("a") == {Danger.DISTRESS: 0.1}


def test_contacts_are_not_ranked() -> None:
    model = Model()
    Rankings(model)("write to ada@mail.com")
    assert model.asked == [["write to  "]]
    assert without_contacts("0532 123 45 67 or https://wa.me/1") == "  or  "
