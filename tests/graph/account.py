"""What can be read about the account, and which templates it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.graph.errors import GraphError
from tests.graph.limits import template_parameters
from tests.graph.settings import Settings

APP_ID = "634974688087057"
_TEMPLATE = {"name": "new_request", "language": "en", "status": "APPROVED", "parameters": 2}


@dataclass
class Account:
    """An account in good order; a test changes what should be wrong with it.

    Attributes:
        health: of each part: AVAILABLE, LIMITED or BLOCKED.
        subscribed: whether the app gets the webhooks of the account.
        fields: of the app's subscription.
        callback: address that webhooks go to.
        business_rights: whether the token may read beyond the phone number.
        token_expires_at: seconds since the epoch; 0 for never.
    """

    settings: Settings
    quality: str = "GREEN"
    name_status: str = "APPROVED"
    status: str = "CONNECTED"
    health: dict[str, str] = field(default_factory=dict)
    subscribed: bool = True
    fields: list[str] = field(default_factory=lambda: ["messages", "smb_message_echoes"])
    callback: str = "https://chat.clinic.example/webhooks/whatsapp/webhook"
    business_rights: bool = True
    token_expires_at: int = 0
    templates: list[dict[str, Any]] = field(default_factory=lambda: [dict(_TEMPLATE)])

    @property
    def app_token(self) -> str:
        """What an app shows to read about itself."""
        return f"{APP_ID}|{self.settings.secret}"

    def refusal(self, body: Mapping[str, Any]) -> GraphError | None:
        """Why a template cannot be sent, or None."""
        if body.get("type") != "template":
            return None
        content = body["template"]
        wanted = (content["name"], content["language"]["code"], "APPROVED")
        known = next(
            (t for t in self.templates if (t["name"], t["language"], t["status"]) == wanted), None
        )
        if known is None:
            return GraphError(132001, f"template {wanted[0]} does not exist in {wanted[1]}")
        if len(list(template_parameters(content))) != known["parameters"]:
            return GraphError(132000, f"{known['parameters']} parameters are expected")
        return None

    def read(self, path: str, query: Mapping[str, str]) -> dict[str, Any] | GraphError:
        """The answer to a GET with the token of the account."""
        business = self.settings.business
        if path == business.phone_number_id:
            return self._phone_number(query.get("fields", "").split(","))
        readers = {
            f"{business.account_id}/message_templates": self._templates,
            f"{business.account_id}/subscribed_apps": self._apps,
        }
        if path not in readers:
            return GraphError(100, f"Unsupported get request: {path}", subcode=33)
        if not self.business_rights:
            return GraphError(10)
        return {"data": readers[path](query)}

    def read_as_app(self, path: str) -> dict[str, Any] | GraphError:
        """The answer to a GET of the app about itself."""
        if path == f"{APP_ID}/subscriptions":
            return {"data": [self._subscription()] if self.callback else []}
        if path == "debug_token":
            expiry = {"expires_at": self.token_expires_at}
            return {"data": {"app_id": APP_ID, "is_valid": True, **expiry}}
        return GraphError(100, f"Unsupported get request: {path}", subcode=33)

    def read_at_dialog360(self, path: str) -> dict[str, Any]:
        """The answer to a GET at the partner's."""
        if path == "v1/configs/webhook":
            return {"url": self.callback}
        return self._phone_number(["health_status"])

    def _phone_number(self, wanted: list[str]) -> dict[str, Any]:
        business = self.settings.business
        ids = {
            "PHONE_NUMBER": business.phone_number_id,
            "WABA": business.account_id,
            "BUSINESS": "506914307656634",
            "APP": APP_ID,
        }
        states = {kind: self.health.get(kind, "AVAILABLE") for kind in ids}
        worst = next(
            (state for state in ("BLOCKED", "LIMITED") if state in states.values()), "AVAILABLE"
        )
        entities = [
            {"entity_type": kind, "id": id_, "can_send_message": states[kind]}
            for kind, id_ in ids.items()
        ]
        everything = {
            "display_phone_number": f"+{business.display_phone_number}",
            "verified_name": "The Clinic",
            "quality_rating": self.quality,
            "name_status": self.name_status,
            "status": self.status,
            "platform_type": "CLOUD_API",
            "throughput": {"level": "STANDARD"},
            "webhook_configuration": {"application": self.callback},
            "health_status": {"can_send_message": worst, "entities": entities},
        }
        found = {name: everything[name] for name in wanted if name in everything}
        return {**found, "id": business.phone_number_id}

    def _templates(self, query: Mapping[str, str]) -> list[dict[str, Any]]:
        name = query.get("name", "")  # a part of the name is enough, as in the real one
        shown = ("name", "language", "status")
        return [{key: t[key] for key in shown} for t in self.templates if name in t["name"]]

    def _apps(self, query: Mapping[str, str]) -> list[dict[str, Any]]:
        app = {"link": "https://www.facebook.com/games/?app_id=1", "name": "Chat", "id": APP_ID}
        return [{"whatsapp_business_api_data": app}] if self.subscribed else []

    def _subscription(self) -> dict[str, Any]:
        version = self.settings.version
        return {
            "object": "whatsapp_business_account",
            "callback_url": self.callback,
            "active": True,
            "fields": [{"name": name, "version": version} for name in self.fields],
        }
