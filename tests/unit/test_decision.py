from mesobot.nlu.decision import Thresholds, decide
from mesobot.nlu.topic_model import Ranked

THRESHOLDS = Thresholds(0.4, 0.2)


def ranking(**scores: float) -> list[Ranked]:
    return [Ranked(topic, score) for topic, score in scores.items()]


def test_a_sure_topic_answers() -> None:
    assert decide(ranking(pain=0.7, price=0.1), THRESHOLDS).topic == "pain"


def test_an_unsure_one_offers_what_comes_close() -> None:
    decision = decide(ranking(pain=0.3, anesthetic=0.25, price=0.22), THRESHOLDS)
    assert decision.topic == "nlu_fallback"
    assert decision.suggestions == ("pain", "anesthetic")


def test_a_distant_second_is_not_offered() -> None:
    assert decide(ranking(pain=0.3, price=0.1), THRESHOLDS).suggestions == ("pain",)


def test_nothing_close_offers_nothing() -> None:
    assert decide(ranking(pain=0.1, price=0.05), THRESHOLDS).suggestions == ()


def test_off_topic_is_said_even_when_unsure_and_never_offered() -> None:
    assert decide(ranking(out_of_scope=0.25, pain=0.24), THRESHOLDS).topic == "out_of_scope"
    assert decide(ranking(pain=0.3, out_of_scope=0.29), THRESHOLDS).suggestions == ("pain",)
