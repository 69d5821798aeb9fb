"""What the dialogue says becomes the message that fits best."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesobot.channels.whatsapp.choices import ChoiceSigner
from mesobot.channels.whatsapp.marks import whatsapp_marks
from mesobot.channels.whatsapp.rendering import Rendered, Renderer
from mesobot.channels.whatsapp.sending import addressed
from mesobot.channels.whatsapp.splitting import length, split
from mesobot.chats.whatsapp.people import Address
from tests.graph.limits import problem_of

_TITLE = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp")), min_size=1, max_size=40
).filter(str.strip)
SIGNER = ChoiceSigner("secret")
RENDERER = Renderer(SIGNER, "Choose")


def render(text: str, *titles: str, **more: Any) -> Rendered:
    buttons = [{"title": title, "payload": f"{title}!"} for title in titles]
    return RENDERER.render([{"text": text, "buttons": buttons}], "ada", **more)


def kinds(rendered: Rendered) -> list[str]:
    return [body["type"] for body in rendered.bodies]


def text_of(rendered: Rendered) -> str:
    (body,) = rendered.bodies
    return str(body["text"]["body"])


def test_up_to_three_short_choices_are_buttons() -> None:
    rendered = render("It hurts a little.", "Any downtime?", "Minutes per session?")
    (body,) = rendered.bodies
    buttons = [each["reply"] for each in body["interactive"]["action"]["buttons"]]
    assert [each["title"] for each in buttons] == ["Any downtime?", "Minutes per session?"]
    assert SIGNER.value_of(buttons[0]["id"], "ada") == "Any downtime?!"
    assert rendered.offered == ("Any downtime?!", "Minutes per session?!")


@pytest.mark.parametrize("titles", [tuple("abcd"), ("one of more than twenty",)])
def test_more_or_longer_ones_are_a_list(titles: tuple[str, ...]) -> None:
    (body,) = render("Which one?", *titles).bodies
    assert body["interactive"]["type"] == "list"
    assert body["interactive"]["action"]["button"] == "Choose"
    rows = body["interactive"]["action"]["sections"][0]["rows"]
    assert [row["title"] for row in rows] == list(titles)


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("Which one?", tuple("abcdefghijk")),
        ("Which one?", ("a choice of more than twenty-four letters",)),
        ("word " * 250, ("Yes", "No")),
    ],
)
def test_otherwise_they_are_numbered_in_one_text(text: str, titles: tuple[str, ...]) -> None:
    rendered = render(text, *titles)
    assert text_of(rendered).endswith(f"{len(titles)}. {titles[-1]}")
    assert rendered.offered[0] == f"{titles[0]}!"


def test_numbers_that_the_text_says_itself_are_not_said_again() -> None:
    labels = tuple(f"choice number {n} of quite a few" for n in range(1, 4))
    text = " ".join(f"{n}. {label}" for n, label in enumerate(labels, 1))
    assert text_of(render(text, *labels)) == text


def test_a_long_text_is_cut_between_paragraphs() -> None:
    rendered = render("\n\n".join(["x" * 3000, "y" * 3000]))
    assert [body["text"]["body"][0] for body in rendered.bodies] == ["x", "y"]


def test_what_the_channel_says_comes_first_and_the_last_choices_count() -> None:
    sent = [
        {"text": "An answer.", "buttons": [{"title": "Old"}]},
        {"text": "A question?", "buttons": [{"title": "New"}]},
    ]
    (body,) = RENDERER.render(sent, "ada", before=["I cannot hear."]).bodies
    assert body["interactive"]["body"]["text"] == "I cannot hear.\nAn answer.\nA question?"
    assert [b["reply"]["title"] for b in body["interactive"]["action"]["buttons"]] == ["New"]


def test_nothing_said_is_no_message() -> None:
    assert RENDERER.render([], "ada").bodies == ()


@settings(max_examples=150, deadline=None)
@given(
    st.text(min_size=1, max_size=6000).filter(lambda text: text.strip()),
    st.lists(_TITLE, max_size=12),
)
def test_the_platform_takes_whatever_is_rendered(text: str, titles: list[str]) -> None:
    sendable = "".join(c for c in text if not 0xD800 <= ord(c) < 0xE000)
    for body in render(sendable, *titles).bodies:
        assert problem_of(addressed(body, Address("905321234567"))) is None


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("**bold** and *slanted*", "*bold* and _slanted_"),
        ("__bold__ ~~gone~~", "*bold* ~gone~"),
        ("**all *of* it**", "*all _of_ it*"),
        ("# Title\ntext", "*Title*\ntext"),
        ("* one\n* two", "- one\n- two"),
        ("[the clinic](https://wa.me/90543)", "the clinic (https://wa.me/90543)"),
        ("https://x.org/a_b_c*d*", "https://x.org/a_b_c*d*"),
        ("`a **b**`", "`a **b**`"),
        ("2 * 3 * 4 and 5*6*7", "2 * 3 * 4 and 5*6*7"),
        ("snake_case_name stays", "snake_case_name stays"),
    ],
)
def test_markdown_becomes_the_marks_of_whatsapp(markdown: str, shown: str) -> None:
    assert whatsapp_marks(markdown) == shown


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab .\n👩\u200d🔬é\u0301🇹🇷🏽"), max_size=200))
def test_cutting_loses_nothing_and_no_piece_is_too_long(text: str) -> None:
    pieces = split(text, 20)
    assert all(0 < length(piece) <= 20 for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@pytest.mark.parametrize("whole", ["👩\u200d🔬", "🇹🇷", "e\u0301", "👍🏽"])
def test_what_is_seen_as_one_character_is_not_cut(whole: str) -> None:
    pieces = split("x" * 9 + whole + "y" * 8, 9 + length(whole) - 1)
    assert pieces[0] == "x" * 9
    assert pieces[1].startswith(whole)


@pytest.mark.parametrize("forged", ["Yes", "Yes#", "Yes#0000000000000000", "#", ""])
def test_a_choice_that_we_did_not_offer_is_none(forged: str) -> None:
    assert SIGNER.value_of(forged, "ada") is None


def test_a_choice_of_somebody_else_is_none() -> None:
    assert SIGNER.value_of(SIGNER.id_of("Yes", "eve"), "ada") is None
    assert SIGNER.value_of(SIGNER.id_of("a#b", "ada"), "ada") == "a#b"
