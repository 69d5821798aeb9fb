"""Reads what the platform delivers: every entry, change, message and status of a webhook call.

What is kept of a message is what is needed to answer it, not what came with it (names, media).
Whatever has another form than expected is left out, and the rest is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from mesobot.chats.whatsapp.people import Address
from mesobot.chats.whatsapp.turns import Incoming
from mesobot.consultation.delivery.graph import CALLBACK

TEXT, CHOICE, VOICE, UNSUPPORTED = "text", "choice", "voice", "unsupported"
_MEDIA = frozenset({"image", "video", "sticker", "document", "location", "contacts"})
_CAPTIONED = frozenset({"image", "video", "document"})
_UNANSWERED = frozenset({"reaction", "system", "request_welcome", "edit", "revoke", "ephemeral"})
_NUMBER_CHANGED = frozenset({"user_changed_number", "customer_changed_number"})
_STATES = frozenset({"sent", "delivered", "read", "failed"})
_LATEST = 2**40


@dataclass(frozen=True)
class Status:
    """How far a message of ours got.

    Attributes:
        id: the platform's id of it.
        token: what we gave with the message.
        state: sent, delivered, read or failed.
        errors: why it failed.
    """

    id: str = field(repr=False)
    token: str | None
    state: str
    errors: object = field(repr=False, default=None)


@dataclass(frozen=True)
class NumberChange:
    """Somebody has another number now."""

    old: Address
    new: Address


@dataclass
class Events:
    """What one webhook call reported.

    Attributes:
        echoes: to whom staff wrote, from the app on their phone.
        foreign: changes about other numbers than ours, or of kinds that do not matter.
    """

    messages: list[Incoming] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    echoes: list[tuple[str, Address]] = field(default_factory=list)
    changes: list[NumberChange] = field(default_factory=list)
    foreign: int = 0


def read_events(content: object, phone_number_id: str, now: datetime) -> Events:
    """Everything of a call that concerns our number.

    Args:
        content: parsed body.
        phone_number_id: ours.
        now: for messages without a time.
    """
    events = Events()
    for entry in _maps(_map(content), "entry"):
        for change in _maps(entry, "changes"):
            value = _map(change.get("value"))
            if _map(value.get("metadata")).get("phone_number_id") == phone_number_id:
                _read(value, events, now)
            else:
                events.foreign += 1
    return events


def _read(value: Mapping[str, Any], events: Events, now: datetime) -> None:
    contacts = _maps(value, "contacts")
    line = _text(_map(value.get("metadata")).get("display_phone_number"))
    for message in _maps(value, "messages"):
        identifier = _text(message.get("id"))
        address = _address(message, contacts)
        change = _number_change(message, address)
        if change:
            events.changes.append(change)
        if identifier and (address.phone or address.user):
            content = None if change else _content(message, identifier, line)
            events.messages.append(Incoming(identifier, address, _moment(message, now), content))
    for status in _maps(value, "statuses"):
        identifier, state = _text(status.get("id")), _text(status.get("status"))
        if identifier and state in _STATES:
            token = _text(status.get(CALLBACK))
            events.statuses.append(Status(identifier, token, str(state), status.get("errors")))
    for echo in _maps(value, "message_echoes"):
        address = Address(_digits(echo.get("to")), _text(echo.get("to_user_id")))
        if address.phone or address.user:
            events.echoes.append((_text(echo.get("id")) or "", address))


def _content(
    message: Mapping[str, Any], identifier: str, line: str | None
) -> Mapping[str, Any] | None:
    kind = _text(message.get("type")) or UNSUPPORTED
    if kind in _UNANSWERED or message.get("group_id"):
        return None
    part = _map(message.get(kind))
    content: dict[str, Any] = {"id": identifier, "kind": UNSUPPORTED}
    if line:
        content.update(line=line)  # the clinic's number, which the patient may be given again
    if kind == "text":
        content.update(kind=TEXT, text=_text(part.get("body")) or "")
    elif kind == "button":  # of a template
        content.update(kind=TEXT, text=_text(part.get("text")) or "")
    elif kind == "interactive":
        content.update(_chosen(part))
    elif kind == "audio":
        content.update(kind=VOICE)
    elif kind in _MEDIA:
        content.update(kind=kind)
        if kind in _CAPTIONED and _text(part.get("caption")):
            content.update(text=part["caption"])
    return content


def _chosen(part: Mapping[str, Any]) -> dict[str, Any]:
    reply = _map(part.get(_text(part.get("type")) or ""))
    title, choice = _text(reply.get("title")), _text(reply.get("id"))
    if title is None or choice is None:
        return {"kind": UNSUPPORTED}
    return {"kind": CHOICE, "text": title, "choice": choice}


def _address(message: Mapping[str, Any], contacts: list[Mapping[str, Any]]) -> Address:
    """Who wrote. With a single contact, what is said of it is said of the sender."""
    contact = contacts[0] if len(contacts) == 1 else {}
    phone = _digits(message.get("from")) or _digits(contact.get("wa_id"))
    user = _text(message.get("from_user_id"))
    if user is None:
        same = contact if len(contacts) == 1 else _named(contacts, phone)
        user = _text(same.get("user_id"))
    return Address(phone, user)


def _named(contacts: list[Mapping[str, Any]], phone: str | None) -> Mapping[str, Any]:
    return next((each for each in contacts if phone and each.get("wa_id") == phone), {})


def _number_change(message: Mapping[str, Any], address: Address) -> NumberChange | None:
    system = _map(message.get("system"))
    if message.get("type") != "system" or system.get("type") not in _NUMBER_CHANGED:
        return None
    new = _digits(system.get("wa_id")) or _digits(system.get("new_wa_id"))
    old = Address(_digits(system.get("customer")) or address.phone, address.user)
    return NumberChange(old, Address(new, _text(system.get("user_id")))) if new else None


def _moment(message: Mapping[str, Any], now: datetime) -> datetime:
    """When a message was written, never in the future."""
    text = str(message.get("timestamp", ""))
    if not (text.isascii() and text.isdigit()) or int(text) > _LATEST:
        return now
    return min(datetime.fromtimestamp(int(text), timezone.utc), now)


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _maps(value: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = value.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _digits(value: object) -> str | None:
    digits = value.lstrip("+") if isinstance(value, str) else ""
    return digits if digits.isascii() and digits.isdigit() else None
