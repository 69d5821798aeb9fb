import re

import pytest

from mesobot.consultation.references import new_reference, normal_reference


def test_a_reference_has_no_letters_or_digits_that_are_mistaken_for_one_another() -> None:
    for _ in range(200):
        assert re.fullmatch(r"M-[234679CDFGHJKNPQRTVWXY]{6}", new_reference())


def test_references_differ() -> None:
    assert len({new_reference() for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "typed",
    ["M-7K3F9Q", "m-7k3f9q", " M 7K3 F9Q ", "m7k3f9q", "M–7K3F9Q", "7K3F9Q", "M-7K3F-9Q."],
)
def test_it_is_found_however_it_is_typed(typed: str) -> None:
    assert normal_reference(typed) == "M-7K3F9Q"


@pytest.mark.parametrize(
    "typed", ["", "M-", "M-7K3F9", "M-7K3F9QQ", "M-0K3F9Q", "M-MK3F9Q", "' OR 1=1", "K-7K3F9Q"]
)
def test_what_cannot_be_one_is_none(typed: str) -> None:
    assert normal_reference(typed) is None
