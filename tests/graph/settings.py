"""What the fake account is called: the same variables that the connector reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.graph.payloads import Business


@dataclass(frozen=True)
class Settings:
    """An account of the fake Graph API.

    Attributes:
        token: what callers must show.
        secret: what webhooks are signed with.
        is_dialog360: whether it is a partner's account: another header, and no version.
    """

    business: Business
    version: str
    token: str
    secret: str
    verify_token: str
    is_dialog360: bool = False


TEST = {
    "MESOBOT_GRAPH_VERSION": "v23.0",
    "MESOBOT_WHATSAPP_TOKEN": "t0ken-word",
    "MESOBOT_WHATSAPP_PHONE_NUMBER_ID": "1234567890",
    "MESOBOT_WHATSAPP_APP_SECRET": "s3cret-of-the-app",
    "MESOBOT_WHATSAPP_VERIFY_TOKEN": "verify-word",
}
"""The account of the tests; its secrets protect nothing."""


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The account of the environment; what is not set there is as in the tests."""
    found = {name: environment.get(name) or usual for name, usual in TEST.items()}
    return Settings(
        Business(phone_number_id=found["MESOBOT_WHATSAPP_PHONE_NUMBER_ID"]),
        found["MESOBOT_GRAPH_VERSION"],
        found["MESOBOT_WHATSAPP_TOKEN"],
        found["MESOBOT_WHATSAPP_APP_SECRET"],
        found["MESOBOT_WHATSAPP_VERIFY_TOKEN"],
        environment.get("MESOBOT_WHATSAPP_PROVIDER") == "360dialog",
    )
