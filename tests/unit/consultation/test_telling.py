"""What a patient is told about what is stored."""

from datetime import timedelta, timezone

import pytest

from mesobot.consultation.telling import answers_in_words, masked, request_values
from mesobot.knowledge.responses import TOLD_PLACEHOLDERS
from tests.unit.consultation.requests import Store


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        ("+905321234567", "your number ending in 67"),
        ("ada.okur@mail.com", "your e-mail address a…@mail.com"),
        ("", "not given"),
    ],
)
def test_a_contact_is_shown_in_part(contact: str, shown: str) -> None:
    assert masked(contact) == shown


def test_a_request_is_told_with_all_that_is_in_it(store: Store) -> None:
    reference = store.submit()
    request = store.service.find(reference)
    assert request
    values = request_values(request, timezone(timedelta(hours=3)))
    assert values["known_reference"] == reference
    assert values["known_name"] == "Ada Lovelace"
    assert set(values) | {"known_answers"} == TOLD_PLACEHOLDERS


def test_unfinished_answers_are_told_as_far_as_they_go() -> None:
    assert answers_in_words("", "", "", "") == ""
    told = answers_in_words("Ada", "+905321234567", "", "Any time")
    assert told == "Ada, your number ending in 67, Any time"
