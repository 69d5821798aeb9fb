from mesobot.dialogue.replies import Answer, Notices, Part, choices, fill, next_topics, render
from mesobot.knowledge.clinic import load_clinic
from mesobot.paths import CLINIC

clinic_of = lambda: load_clinic(CLINIC / "clinic.yml", {})  # noqa: E731
BOTH = Notices(automated=True, results_differ=True)


def test_the_first_answer_says_what_is_speaking_and_that_results_differ() -> None:
    clinic = clinic_of()
    lines = render(
        [Part(Answer("utter_faq/pain", "pain", "Mild.", {"facts": ["x"]}))], clinic, BOTH
    )
    lines = lines.split("\n")
    assert lines == [clinic.automated_notice, "Mild.", clinic.results_differ_notice]


def test_later_answers_stand_alone() -> None:
    answer = Answer("utter_faq/pain", "pain", "Mild.", {"facts": ["x"]})
    assert render([Part(answer)], clinic_of(), Notices(False, False)) == "Mild."


def test_what_is_not_about_the_treatment_needs_no_sentence_about_results() -> None:
    """Once only ``contact`` was spared, by its name: parking got the sentence too."""
    metadata = {"facts": ["x"], "treatment": False}
    parking = Answer("utter_faq/parking", "parking", "Behind the house.", metadata)
    assert not parking.is_treatment_answer
    assert render([Part(parking)], clinic_of(), Notices(False, True)) == "Behind the house."


def test_the_name_contact_alone_spares_no_answer_the_sentence_about_results() -> None:
    clinic = clinic_of()
    answer = Answer("utter_faq/contact", "contact", "WhatsApp.", {"facts": ["x"]})
    lines = render([Part(answer)], clinic, Notices(False, True)).split("\n")
    assert lines == ["WhatsApp.", clinic.results_differ_notice]


def test_an_emergency_text_stands_alone_even_as_the_first_message() -> None:
    answer = Answer("utter_medical_emergency", None, "Call {emergency_number}.", {"alone": True})
    assert render([Part(answer)], clinic_of(), BOTH) == "Call 112."


def test_a_text_that_says_it_is_automated_does_not_say_it_twice() -> None:
    answer = Answer("utter_greet", None, "Hello. {automated}", {"says_automated": True})
    text = render([Part(answer)], clinic_of(), BOTH)
    assert text.count(clinic_of().automated_notice) == 1


def test_unknown_braces_stay() -> None:
    assert fill("{nobody} {city}", {"city": "Istanbul"}) == "{nobody} Istanbul"


def test_braces_in_what_a_patient_typed_are_not_filled() -> None:
    known = {"name": "{whatsapp}", "whatsapp": "+90"}
    assert fill("{name}", known) == "{whatsapp}"


def test_no_reply_has_an_empty_line() -> None:
    answer = Answer("utter_faq/pain", "pain", "One.\nTwo.\n", {"facts": ["x"]})
    assert "\n\n" not in render([Part(answer)], clinic_of(), BOTH)


def test_choices_are_plain_text_fresh_and_at_most_three() -> None:
    questions = {name: f"{name}?" for name in "abcde"}
    offered = choices(["a", "b", "b", "unknown", "c", "d", "e"], questions, already=["b"])
    assert [choice["title"] for choice in offered] == ["a?", "c?", "d?"]
    assert all(choice["payload"] == choice["title"] for choice in offered)


def answer_about(topic: str, **metadata) -> Part:
    return Part(Answer(f"utter_faq/{topic}", topic, f"{topic}.", {"facts": ["x"], **metadata}))


def test_several_answers_stand_in_order_with_their_labels_and_share_the_legal_sentence() -> None:
    parts = [answer_about("pain", label="Pain"), answer_about("downtime", label="Downtime")]
    clinic = clinic_of()
    lines = render(parts, clinic, Notices(automated=False, results_differ=True)).split("\n")
    assert lines == ["Pain: pain.", "Downtime: downtime.", clinic.results_differ_notice]


def test_a_part_that_was_not_understood_is_named() -> None:
    text = render(
        [answer_about("pain")], clinic_of(), Notices(False, False), unclear=["blorp the what?"]
    )
    assert text.endswith("I am not sure what you mean by “blorp the what”.")


def test_a_warning_comes_before_everything_else() -> None:
    warning = Answer("utter_possible_emergency", None, "Call {emergency_number}.")
    text = render([answer_about("pain")], clinic_of(), BOTH, warning=warning)
    assert text.startswith("Call 112.")


def test_next_questions_of_several_answers_alternate() -> None:
    parts = [answer_about("a", next=["b", "c"]), answer_about("d", next=["e"])]
    assert next_topics(parts) == ["b", "e", "c"]


def test_a_question_too_many_was_dropped_in_silence() -> None:
    text = render(
        [answer_about("pain")],
        clinic_of(),
        Notices(False, False),
        left_out=["is it safe?", "who does it", "where", "when"],
    )
    assert text.split("\n")[-1] == (
        "I answer a few questions at a time. Please ask again: “is it safe”, “who does it”, “where” "
        "and the others."
    )
