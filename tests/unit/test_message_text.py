import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesobot.nlu.message_text import Unreadable, clean


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("  does it hurt?  ", "does it hurt?"),
        ("/does it hurt", "does it hurt"),
        ("  / / does it hurt", "does it hurt"),
        ("<b>does it</b> hurt", "does it hurt"),
        ("line one\nline two", "line one line two"),
        ("price < 5 and > 3", "price < 5 and > 3"),
        ("3 < 4", "3 < 4"),
    ],
)
def test_markup_and_command_slashes_are_taken_off(typed: str, understood: str) -> None:
    assert clean(typed, 100).text == understood
    assert clean(typed, 100).unreadable is None


@pytest.mark.parametrize(
    "typed",
    [
        None,
        "",
        "   ",
        "😀😀",
        "???",
        "\x00",
        "///",
        "<br><br>",
        "/restart",
        "\u200b/restart",
        "／session_start",
        '/intent{"slot": "x"}',
        "\u202e",
    ],
)
def test_without_letters_or_digits_there_is_nothing_to_read(typed: str | None) -> None:
    assert clean(typed, 100).unreadable is Unreadable.EMPTY


def test_too_long_is_said_and_cut() -> None:
    cleaned = clean("why " * 3000, 1000)
    assert cleaned.unreadable is Unreadable.TOO_LONG
    assert len(cleaned.text) == 1000


@given(st.text(max_size=300))
def test_cleaned_text_never_starts_with_a_slash(typed: str) -> None:
    assert not clean(typed, 100).text.lstrip().startswith("/")
