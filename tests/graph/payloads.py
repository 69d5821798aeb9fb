"""What WhatsApp posts to a webhook: builders of every kind that a connector meets.

Shapes are those of the Cloud API in 2026: each contact has a business-scoped ``user_id``, and a
phone number only if its owner shows it. They are read by a foreign parser in
``tests/graph/test_oracle.py``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Business:
    """The clinic's side of a chat."""

    phone_number_id: str = "1234567890"
    account_id: str = "102290129340398"
    display_phone_number: str = "905431974320"


@dataclass(frozen=True)
class Person:
    """The patient's side of a chat.

    Attributes:
        user_id: business-scoped id, the same whatever happens to the phone number.
        phone: digits, or None for somebody who shows a user name instead.
    """

    user_id: str
    phone: str | None = None
    name: str = "Ada"

    @property
    def contact(self) -> Json:
        """As in ``contacts`` of a webhook."""
        number = {"wa_id": self.phone} if self.phone else {}
        return {"profile": {"name": self.name}, "user_id": self.user_id, **number}


@dataclass(frozen=True)
class Event:
    """One thing that happened, and whom it concerns.

    Attributes:
        field: of the webhook that tells it.
        key: list of that webhook which it stands in.
    """

    field: str
    key: str
    item: Json
    person: Person

    @property
    def id(self) -> str:
        """Of the message, or of the message whose status it is."""
        return str(self.item["id"])


def new_id() -> str:
    """A message id like WhatsApp's."""
    return f"wamid.{base64.b64encode(secrets.token_bytes(30)).decode()}"


def message(
    person: Person,
    kind: str,
    content: Json | None,
    message_id: str | None = None,
    at: float | None = None,
) -> Event:
    """A message of any kind.

    Args:
        content: what stands under the kind's name; None for nothing at all.
        message_id: a new one if not given.
        at: seconds since the epoch; now if not given.
    """
    sender = {"from": person.phone} if person.phone else {}
    item = {
        **sender,
        "from_user_id": person.user_id,
        "id": message_id or new_id(),
        "timestamp": str(int(time.time() if at is None else at)),
        "type": kind,
        **({kind: content} if content is not None else {}),
    }
    return Event("messages", "messages", item, person)


def text(
    person: Person, body: str, message_id: str | None = None, at: float | None = None
) -> Event:
    """Something typed."""
    return message(person, "text", {"body": body}, message_id, at)


def button_reply(
    person: Person, choice: str, title: str, of: str, *, message_id: str | None = None
) -> Event:
    """A tap on a reply button of our message ``of``."""
    return _reply(person, "button_reply", {"id": choice, "title": title}, of, message_id)


def list_reply(
    person: Person,
    choice: str,
    title: str,
    of: str,
    *,
    description: str = "",
    message_id: str | None = None,
) -> Event:
    """A tap on a row of a list of our message ``of``."""
    row = {"id": choice, "title": title, **({"description": description} if description else {})}
    return _reply(person, "list_reply", row, of, message_id)


def image(person: Person, caption: str | None = None) -> Event:
    """A photo."""
    return message(person, "image", _media("image/jpeg", caption=caption))


def audio(person: Person) -> Event:
    """A voice message."""
    return message(person, "audio", _media("audio/ogg; codecs=opus", voice=True))


def video(person: Person, caption: str | None = None) -> Event:
    """A film."""
    return message(person, "video", _media("video/mp4", caption=caption))


def sticker(person: Person) -> Event:
    """A sticker."""
    return message(person, "sticker", _media("image/webp", animated=False))


def document(person: Person, filename: str = "report.pdf", caption: str | None = None) -> Event:
    """A file."""
    return message(
        person, "document", _media("application/pdf", filename=filename, caption=caption)
    )


def location(person: Person, latitude: float = 41.04, longitude: float = 28.99) -> Event:
    """Where somebody is."""
    return message(person, "location", {"latitude": latitude, "longitude": longitude})


def contacts(person: Person, phone: str) -> Event:
    """Somebody's card from the address book."""
    card = {"name": {"formatted_name": "Ada"}, "phones": [{"phone": phone, "wa_id": phone}]}
    return message(person, "contacts", [card])  # type: ignore[arg-type]


def reaction(person: Person, to: str, emoji: str = "👍") -> Event:
    """An emoji on one of our messages."""
    return message(person, "reaction", {"message_id": to, "emoji": emoji})


def unsupported(person: Person, kind: str = "poll") -> Event:
    """Something that WhatsApp itself does not pass on."""
    event = message(person, "unsupported", {"type": kind})
    details = {"details": "Message type is currently not supported."}
    error = {"code": 131051, "title": "Message type unknown", "message": "Message type unknown"}
    event.item["errors"] = [{**error, "error_data": details}]
    return event


def number_change(
    person: Person,
    new_phone: str,
    new_user_id: str | None = None,
    message_id: str | None = None,
) -> Event:
    """A patient took the account along to another phone number.

    WhatsApp then makes a new user id for the person, too.
    """
    change = {
        "body": f"User {person.name} changed from {person.phone} to {new_phone}",
        "type": "user_changed_number",
        "wa_id": new_phone,
        **({"user_id": new_user_id} if new_user_id else {}),
    }
    return message(person, "system", change, message_id)


def echo(person: Person, body: str, business: Business) -> Event:
    """The clinic's staff wrote to the patient with the WhatsApp Business app."""
    item = {
        "from": business.display_phone_number,
        **({"to": person.phone} if person.phone else {}),
        "to_user_id": person.user_id,
        "id": new_id(),
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": body},
    }
    return Event("smb_message_echoes", "message_echoes", item, person)


def status(
    person: Person, of: str, state: str, error: Json | None = None, at: float | None = None
) -> Event:
    """What became of our message ``of``: sent, delivered, read, failed."""
    item = {
        "id": of,
        "status": state,
        "timestamp": str(int(time.time() if at is None else at)),
        **({"recipient_id": person.phone} if person.phone else {}),
        "recipient_user_id": person.user_id,
        **({"errors": [error]} if error else {"pricing": _PRICING}),
    }
    return Event("messages", "statuses", item, person)


def webhook(business: Business, *events: Event) -> Json:
    """The events as one post: a change for each field, in it a list for each kind."""
    changes: dict[str, Json] = {}
    for event in events:
        value = changes.setdefault(event.field, _value(business))
        value.setdefault(event.key, []).append(event.item)
        contact = event.person.contact
        if event.item.get("type") != "system" and contact not in value.setdefault("contacts", []):
            value["contacts"].append(contact)
    listed = [{"field": field, "value": value} for field, value in changes.items()]
    entry = {"id": business.account_id, "changes": listed}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def batch(*webhooks: Json) -> Json:
    """Several posts as one, as WhatsApp joins them when it is busy."""
    entries = [entry for each in webhooks for entry in each["entry"]]
    return {"object": "whatsapp_business_account", "entry": entries}


def encode(payload: Json) -> bytes:
    """As WhatsApp writes it: letters beyond ASCII and slashes escaped, no spaces."""
    return json.dumps(payload, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def sign(secret: str, body: bytes) -> str:
    """Value of ``X-Hub-Signature-256`` for the very bytes of a body."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


_PRICING = {
    "billable": False,
    "pricing_model": "PMP",
    "category": "service",
    "type": "free_customer_service",
}


def _value(business: Business) -> Json:
    metadata = {
        "display_phone_number": business.display_phone_number,
        "phone_number_id": business.phone_number_id,
    }
    return {"messaging_product": "whatsapp", "metadata": metadata}


def _reply(person: Person, kind: str, choice: Json, of: str, message_id: str | None) -> Event:
    event = message(person, "interactive", {"type": kind, kind: choice}, message_id)
    event.item["context"] = {"from": Business().display_phone_number, "id": of}
    return event


def _media(mime: str, **more: Any) -> Json:
    digest = base64.b64encode(secrets.token_bytes(32)).decode()
    given = {name: value for name, value in more.items() if value is not None}
    return {"id": str(secrets.randbelow(10**16)), "mime_type": mime, "sha256": digest, **given}
