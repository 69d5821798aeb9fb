import pytest

from mesobot.evaluation.benchmark_nlu import benchmark, read_labelled, read_sentences, thinned
from tests.unit.test_topic_model import WordHashEncoder

TRAIN = [
    ("does it hurt", "pain"),
    ("is it painful", "pain"),
    ("how long", "time"),
    ("how many minutes", "time"),
]


def test_perfect_predictions_score_1() -> None:
    result = benchmark(TRAIN * 2, TRAIN, WordHashEncoder())
    assert result.best.matthews == 1.0
    assert result.best.accuracy == 1.0
    assert result.best.out_of_scope_recall is None


def test_a_high_threshold_rejects_everything() -> None:
    test = [*TRAIN, ("bananas are yellow", "none")]
    last = benchmark(TRAIN * 2, test, WordHashEncoder(), "none").thresholds[-1]
    assert last.out_of_scope_recall == 1.0
    assert last.in_scope_accuracy is not None
    assert last.in_scope_accuracy <= 1.0


def test_the_best_row_is_one_of_the_rows() -> None:
    result = benchmark(
        TRAIN * 2, [*TRAIN, ("bananas", "none")], WordHashEncoder(), "none", ["apples"]
    )
    assert result.best in result.thresholds
    assert set(result.as_json()) == {"thresholds", "best"}


def test_a_large_background_does_not_drown_a_small_set() -> None:
    sentences = [f"sentence {number}" for number in range(100)]
    assert thinned(sentences, TRAIN) == ["sentence 0", "sentence 50"]
    assert thinned(sentences, TRAIN * 50) == sentences
    assert thinned([], TRAIN) == []


def test_a_background_is_read_line_by_line(tmp_path) -> None:
    path = tmp_path / "others.txt"
    path.write_text("\ufeffwho won\n\n  what time is it \n", encoding="utf-8")
    assert read_sentences(path) == ["who won", "what time is it"]
    with pytest.raises(ValueError, match="cannot be read"):
        read_sentences(tmp_path / "nothing.txt")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "must name the columns"),
        ("text,intent\na,b\n", "must name the columns"),
        ("sentence,label\n", "no rows"),
        ("sentence,label\na,\n", ":2: sentence or label is empty"),
        ("sentence,label\na\n", ":2: sentence or label is empty"),
    ],
)
def test_an_unusable_file_is_explained(tmp_path, text: str, complaint: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=complaint):
        read_labelled(path)


def test_a_missing_or_binary_file_is_explained(tmp_path) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        read_labelled(tmp_path / "nothing.csv")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(ValueError, match="cannot be read"):
        read_labelled(tmp_path / "binary.csv")
