from mesobot.evaluation.cross_validation import CachedEncoder, cross_validate
from tests.unit.test_topic_model import WordHashEncoder

EXAMPLES = [(f"does it hurt {n}", "pain") for n in range(10)] + [
    (f"how long is it {n}", "time") for n in range(10)
]


def test_every_example_is_left_out_once_and_every_fold_has_every_topic() -> None:
    said: list[str] = []
    found = cross_validate(EXAMPLES, WordHashEncoder(), said.append)
    assert [fold.total for fold in found.folds] == [4] * 5
    assert (found.accuracy.hits, found.accuracy.total) == (20, 20)
    assert [(each.topic, each.recall.total) for each in found.topics] == [
        ("pain", 10),
        ("time", 10),
    ]
    assert len(said) == 5


def test_a_text_is_encoded_only_once() -> None:
    class Counting(WordHashEncoder):
        calls = 0

        def encode(self, text: str):
            Counting.calls += 1
            return super().encode(text)

    cached = CachedEncoder(Counting(), ["Does it hurt?", "does it  hurt?"])
    cached.encode("does it hurt?")
    cached.encode("does it hurt?")
    assert Counting.calls == 1
