"""What the Cloud API refuses in the body of a message.

Lengths are counted in UTF-16 units, the stricter of the two readings of "characters"; the text of
a list is held to 1,024 as by those who have not followed the newer 4,096.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.graph.errors import GraphError

TEXT, BODY, FOOTER = 4096, 1024, 60
BUTTONS, BUTTON_TITLE, BUTTON_ID = 3, 20, 256
ROWS, ROW_TITLE, ROW_DESCRIPTION, ROW_ID, LIST_BUTTON = 10, 24, 72, 200, 20

_ENVELOPE = {"messaging_product", "recipient_type", "to", "recipient", "type", "context"}
_ENVELOPE |= {"biz_opaque_callback_data"}


class _RefusedError(Exception):
    """Carries what is wrong out of the depth where it was found."""

    def __init__(self, code: int, details: str) -> None:
        super().__init__(details)
        self.error = GraphError(code, details)


def problem_of(body: object) -> GraphError | None:
    """What is wrong with a message, or None."""
    try:
        _check(_mapping(body, "the body"))
    except _RefusedError as refused:
        return refused.error
    return None


def _check(body: Mapping[str, Any]) -> None:
    if body.get("messaging_product") != "whatsapp":
        raise _RefusedError(100, "messaging_product is required")
    if "status" in body:
        _mark(body)
    else:
        _message(body)


def _message(body: Mapping[str, Any]) -> None:
    kind = _text(body.get("type", "text"), "type", 20)
    if kind not in ("text", "interactive", "template"):
        raise _RefusedError(131051, f"type {kind!r} is not one that is sent here")
    _only(body, _ENVELOPE | {kind}, "the message")
    if body.get("recipient_type", "individual") != "individual":
        raise _RefusedError(131009, "recipient_type must be individual")
    if "to" in body:
        _text(body["to"], "to", 20)
    elif "recipient" in body:
        _text(body["recipient"], "recipient", 150)
    else:
        raise _RefusedError(131008, "to or recipient is required")
    if "context" in body:
        _text(_mapping(body["context"], "context").get("message_id"), "context.message_id", 512)
    content = _mapping(body.get(kind), kind)
    {"text": _typed, "interactive": _interactive, "template": _template}[kind](content)


def _mark(body: Mapping[str, Any]) -> None:
    _only(body, {"messaging_product", "status", "message_id", "typing_indicator"}, "the mark")
    if body["status"] != "read":
        raise _RefusedError(131009, "status must be read")
    _text(body.get("message_id"), "message_id", 512)
    if "typing_indicator" in body and body["typing_indicator"] != {"type": "text"}:
        raise _RefusedError(131009, "typing_indicator must have the type text")


def _typed(content: Mapping[str, Any]) -> None:
    _only(content, {"body", "preview_url"}, "text")
    _text(content.get("body"), "text.body", TEXT)
    if not isinstance(content.get("preview_url", False), bool):
        raise _RefusedError(131009, "text.preview_url must be true or false")


def _interactive(content: Mapping[str, Any]) -> None:
    kind = content.get("type")
    _only(content, {"type", "body", "footer", "header", "action"}, "interactive")
    _text(_mapping(content.get("body"), "body").get("text"), "body.text", BODY)
    if "footer" in content:
        _text(_mapping(content["footer"], "footer").get("text"), "footer.text", FOOTER)
    if "header" in content:
        _text(_mapping(content["header"], "header").get("text"), "header.text", FOOTER)
    action = _mapping(content.get("action"), "action")
    if kind == "button":
        _buttons(action)
    elif kind == "list":
        _list(action)
    else:
        raise _RefusedError(131009, f"interactive.type {kind!r} is not sent here")


def _buttons(action: Mapping[str, Any]) -> None:
    _only(action, {"buttons"}, "action")
    replies = []
    for button in _some(action.get("buttons"), "buttons", BUTTONS):
        if button.get("type") != "reply":
            raise _RefusedError(131009, "buttons[].type must be reply")
        reply = _mapping(button.get("reply"), "buttons[].reply")
        _only(reply, {"id", "title"}, "buttons[].reply")
        _line(reply.get("title"), "button title", BUTTON_TITLE)
        _text(reply.get("id"), "button id", BUTTON_ID)
        replies.append(reply)
    _different([reply["id"] for reply in replies], "button id")
    _different([reply["title"] for reply in replies], "button title")


def _list(action: Mapping[str, Any]) -> None:
    _only(action, {"button", "sections"}, "action")
    _line(action.get("button"), "list button", LIST_BUTTON)
    sections = _some(action.get("sections"), "sections", ROWS)
    rows = [row for section in sections for row in _some(section.get("rows"), "rows", ROWS)]
    if len(rows) > ROWS:
        raise _RefusedError(131009, f"at most {ROWS} rows in all sections together")
    for section in sections:
        _only(section, {"title", "rows"}, "sections[]")
        if len(sections) > 1 or "title" in section:
            _line(section.get("title"), "section title", ROW_TITLE)
    for row in rows:
        _only(row, {"id", "title", "description"}, "rows[]")
        _line(row.get("title"), "row title", ROW_TITLE)
        _text(row.get("id"), "row id", ROW_ID)
        if "description" in row:
            _line(row["description"], "row description", ROW_DESCRIPTION)
    _different([row["id"] for row in rows], "row id")


def _template(content: Mapping[str, Any]) -> None:
    _only(content, {"name", "language", "components"}, "template")
    _text(content.get("name"), "template.name", 512)
    _text(_mapping(content.get("language"), "language").get("code"), "language.code", 10)
    for parameter in template_parameters(content):
        _line(parameter, "template parameter", BODY)


def template_parameters(content: Mapping[str, Any]) -> Iterator[object]:
    """Texts of a template's body parameters."""
    for component in content.get("components", []):
        if component.get("type") == "body":
            yield from (each.get("text") for each in component.get("parameters", []))


def _text(value: object, name: str, most: int) -> str:
    if value is None:
        raise _RefusedError(131008, f"{name} is required")
    if not isinstance(value, str) or not value.strip():
        raise _RefusedError(131009, f"{name} must be a text that is not empty")
    if len(value.encode("utf-16-le")) // 2 > most:
        raise _RefusedError(131009, f"{name} has more than {most} characters")
    return value


def _line(value: object, name: str, most: int) -> None:
    if any(character < " " for character in _text(value, name, most)):
        raise _RefusedError(131009, f"{name} must be one line")


def _mapping(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _RefusedError(131008, f"{name} is required")
    return value


def _some(value: object, name: str, most: int) -> list[Mapping[str, Any]]:
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        raise _RefusedError(131009, f"{name} must be 1 to {most}")
    return [_mapping(each, f"{name}[]") for each in value]


def _only(value: Mapping[str, Any], allowed: set[str], name: str) -> None:
    if odd := sorted(set(value) - allowed):
        raise _RefusedError(100, f"Unexpected key {odd[0]!r} on {name}")


def _different(values: list[str], name: str) -> None:
    if len(set(values)) < len(values):
        raise _RefusedError(131009, f"Duplicated {name} is not allowed")
