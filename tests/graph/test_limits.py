"""The fake Graph API refuses what the real one documents to refuse."""

from __future__ import annotations

from typing import Any

import pytest

from tests.graph.limits import problem_of

TO = {"messaging_product": "whatsapp", "to": "905321234567"}


def typed(body: object) -> dict[str, Any]:
    return {**TO, "type": "text", "text": {"body": body}}


def buttons(*titles: str, body: str = "Which?", ids: list[str] | None = None) -> dict[str, Any]:
    names = ids or [str(number) for number in range(len(titles))]
    replies = [
        {"type": "reply", "reply": {"id": name, "title": title}}
        for name, title in zip(names, titles, strict=True)
    ]
    action = {"buttons": replies}
    interactive = {"type": "button", "body": {"text": body}, "action": action}
    return {**TO, "type": "interactive", "interactive": interactive}


def rows(count: int, title: str = "row", button: str = "Choose", **more: str) -> dict[str, Any]:
    listed = [{"id": str(number), "title": f"{title}{number}", **more} for number in range(count)]
    action = {"button": button, "sections": [{"rows": listed}]}
    interactive = {"type": "list", "body": {"text": "Which?"}, "action": action}
    return {**TO, "type": "interactive", "interactive": interactive}


@pytest.mark.parametrize(
    "body",
    [
        typed("x" * 4096),
        {**typed("hello"), "recipient_type": "individual", "context": {"message_id": "wamid.1"}},
        {
            "messaging_product": "whatsapp",
            "recipient": "TR.1",
            "type": "text",
            "text": {"body": "a"},
        },
        buttons("Yes", "No", "x" * 20, body="y" * 1024),
        buttons("Yes", ids=["z" * 256]),
        buttons("Çok ağrıyor 😟"),
        rows(10, "x" * 23, description="y" * 72, button="z" * 20),
        {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.1"},
        {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": "wamid.1",
            "typing_indicator": {"type": "text"},
        },
    ],
)
def test_what_fits_is_taken(body: dict[str, Any]) -> None:
    assert problem_of(body) is None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (None, 131008),
        ({"to": "905321234567", "type": "text", "text": {"body": "a"}}, 100),
        ({"messaging_product": "whatsapp", "type": "text", "text": {"body": "a"}}, 131008),
        (typed("x" * 4097), 131009),
        (typed("😟" * 2049), 131009),  # two UTF-16 units each
        (typed("  \n"), 131009),
        (typed(None), 131008),
        ({**typed("a"), "text": {"body": "a", "markdown": True}}, 100),
        ({**typed("a"), "colour": "red"}, 100),
        ({**TO, "type": "sticker", "sticker": {"id": "1"}}, 131051),
        (buttons(), 131009),
        (buttons("1", "2", "3", "4"), 131009),
        (buttons("x" * 21), 131009),
        (buttons("Yes", body="y" * 1025), 131009),
        (buttons("Yes", body=""), 131009),
        (buttons("Yes", ids=["z" * 257]), 131009),
        (buttons("Yes", "Yes"), 131009),
        (buttons("Yes", "No", ids=["a", "a"]), 131009),
        (buttons("two\nlines"), 131009),
        (rows(0), 131009),
        (rows(11), 131009),
        (rows(1, "x" * 24), 131009),
        (rows(1, description="x" * 73), 131009),
        (rows(1, button="x" * 21), 131009),
        ({"messaging_product": "whatsapp", "status": "delivered", "message_id": "a"}, 131009),
        ({"messaging_product": "whatsapp", "status": "read"}, 131008),
    ],
)
def test_what_does_not_fit_is_refused(body: object, code: int) -> None:
    problem = problem_of(body)
    assert problem is not None
    assert problem.code == code
