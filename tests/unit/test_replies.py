from mesobot.dialogue.replies import Answer, Notices, choices, fill, render
from mesobot.knowledge.clinic import load_clinic
from mesobot.paths import CLINIC

clinic_of = lambda: load_clinic(CLINIC / "clinic.yml", {})  # noqa: E731
BOTH = Notices(automated=True, results_differ=True)


def test_the_first_answer_says_what_is_speaking_and_that_results_differ() -> None:
    clinic = clinic_of()
    lines = render(Answer("utter_faq/pain", "pain", "Mild.", {"facts": ["x"]}), clinic, BOTH).split(
        "\n"
    )
    assert lines == [clinic.automated_notice, "Mild.", clinic.results_differ_notice]


def test_later_answers_stand_alone() -> None:
    answer = Answer("utter_faq/pain", "pain", "Mild.", {"facts": ["x"]})
    assert render(answer, clinic_of(), Notices(False, False)) == "Mild."


def test_contact_details_need_no_sentence_about_results() -> None:
    answer = Answer("utter_faq/contact", "contact", "WhatsApp.", {"facts": ["x"]})
    assert render(answer, clinic_of(), Notices(False, True)) == "WhatsApp."


def test_an_emergency_text_stands_alone_even_as_the_first_message() -> None:
    answer = Answer("utter_medical_emergency", None, "Call {emergency_number}.", {"alone": True})
    assert render(answer, clinic_of(), BOTH) == "Call 112."


def test_a_text_that_says_it_is_automated_does_not_say_it_twice() -> None:
    answer = Answer("utter_greet", None, "Hello. {automated}", {"says_automated": True})
    text = render(answer, clinic_of(), BOTH)
    assert text.count(clinic_of().automated_notice) == 1


def test_unknown_braces_stay() -> None:
    assert fill("{nobody} {city}", clinic_of()) == "{nobody} Istanbul"


def test_no_reply_has_an_empty_line() -> None:
    answer = Answer("utter_faq/pain", "pain", "One.\nTwo.\n", {"facts": ["x"]})
    assert "\n\n" not in render(answer, clinic_of(), BOTH)


def test_choices_are_plain_text_fresh_and_at_most_three() -> None:
    questions = {name: f"{name}?" for name in "abcde"}
    offered = choices(["a", "b", "b", "unknown", "c", "d", "e"], questions, already=["b"])
    assert [choice["title"] for choice in offered] == ["a?", "c?", "d?"]
    assert all(choice["payload"] == choice["title"] for choice in offered)
