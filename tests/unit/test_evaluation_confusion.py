from mesobot.evaluation.confusion import Confusion, confusion_matrix, figures_by_topic

JUDGED = [("pain", "pain")] * 3 + [("pain", "risks"), ("risks", "risks"), ("price", "pain")]


def test_recall_is_of_what_was_asked_and_precision_of_what_was_answered() -> None:
    pain, price, risks = figures_by_topic(JUDGED)
    assert [figures.topic for figures in (pain, price, risks)] == ["pain", "price", "risks"]
    assert (pain.recall.hits, pain.recall.total) == (3, 4)
    assert (pain.precision.hits, pain.precision.total) == (3, 4)
    assert (risks.recall.share, risks.precision.share) == (1.0, 0.5)


def test_a_topic_that_was_never_answered_has_no_precision() -> None:
    price = figures_by_topic(JUDGED)[1]
    assert (price.recall.share, price.precision.share) == (0.0, None)


def test_the_matrix_holds_every_message_once() -> None:
    cells = confusion_matrix(JUDGED)
    assert Confusion("pain", "risks", 1) in cells
    assert Confusion("pain", "pain", 3) in cells
    assert sum(cell.count for cell in cells) == len(JUDGED)
