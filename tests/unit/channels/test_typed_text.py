import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesobot.channels.typed_text import is_blank, presentable, without_command


@pytest.mark.parametrize(
    "text",
    [
        "/restart",
        "//restart",
        " /restart",
        "\n\t/restart",
        "／restart",
        " ／/restart",
        "\u200b/restart",
        "\ufeff\u2060/\u200d／restart",
        "\u202e/restart",
        "\u00a0\u3000/restart",
        "\u2044restart",
        "\u2215restart",
        "\\restart",
        "\x00/restart",
    ],
)
def test_a_slash_at_the_beginning_goes(text: str) -> None:
    assert without_command(text) == "restart"


@pytest.mark.parametrize("text", ["2/3 weeks", "and/or", "https://x.example", "🫠/restart"])
def test_other_slashes_stay(text: str) -> None:
    assert without_command(text) == text


def test_what_rasa_would_read_as_data_is_words() -> None:
    assert without_command('/inform{"name": "x"}') == 'inform{"name": "x"}'


@given(st.text())
def test_no_text_begins_with_a_slash(text: str) -> None:
    assert not without_command(text).strip().startswith("/")


@pytest.mark.parametrize("text", ["", "  ", "\u200b", "\n\u2060\ufeff", "\x00", "\u00a0"])
def test_what_cannot_be_seen_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["?", "🫠", "/", "x", "\u200b."])
def test_what_can_be_seen_is_not(text: str) -> None:
    assert not is_blank(text)


def test_what_programs_choke_on_goes_and_line_breaks_stay() -> None:
    assert presentable(" a\ud800b\x00c\x1b[31m\nd🫠\u202ee ") == "abc[31m\nd🫠\u202ee"


@given(st.text(st.characters()))
def test_every_presentable_text_can_be_written_down(text: str) -> None:
    presentable(text).encode()
