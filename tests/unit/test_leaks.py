from mesobot.evaluation.leaks import find_leaks, mask

EXAMPLES = ["Does it hurt?", "how long does the treatment take in total"]


def test_exact_masked_and_similar_questions_are_leaks() -> None:
    for question in [
        "Does it hurt?",
        "hi, does it hurt 123!!",
        "how long does the treatement take in totl",
    ]:
        assert find_leaks([question], EXAMPLES), question


def test_another_wording_is_none() -> None:
    assert find_leaks(["will I feel the needle", "duration of a visit"], EXAMPLES) == []


def test_masking() -> None:
    assert mask("Hello, the 2 PEELS?!") == "peels"
