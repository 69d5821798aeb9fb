"""The clinic's account on the WhatsApp platform, from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from mesobot.consultation.environment import SettingsError, https_of, text_of

TOKEN, PHONE_NUMBER_ID = "MESOBOT_WHATSAPP_TOKEN", "MESOBOT_WHATSAPP_PHONE_NUMBER_ID"
_URL, _VERSION, _PROVIDER = (
    "MESOBOT_GRAPH_URL",
    "MESOBOT_GRAPH_VERSION",
    "MESOBOT_WHATSAPP_PROVIDER",
)


class Provider(str, Enum):
    """Whose servers are called: Meta's own, or those of a partner that passes calls on."""

    META = "meta"
    DIALOG360 = "360dialog"


_URLS = {
    Provider.META: "https://graph.facebook.com",
    Provider.DIALOG360: "https://waba-v2.360dialog.io",
}


@dataclass(frozen=True)
class GraphAccount:
    """Where calls go and what proves that they are ours.

    Attributes:
        phone_number_id: the platform's name of the clinic's number.
        version: of the Graph API.
    """

    url: str
    version: str
    phone_number_id: str
    token: str = field(repr=False)
    provider: Provider = Provider.META

    @property
    def messages(self) -> str:
        """Address that messages are posted to."""
        if self.provider is Provider.DIALOG360:
            return f"{self.url}/messages"
        return f"{self.url}/{self.version}/{self.phone_number_id}/messages"

    @property
    def headers(self) -> dict[str, str]:
        """What goes with each call."""
        if self.provider is Provider.DIALOG360:
            return {"D360-API-KEY": self.token}
        return {"Authorization": f"Bearer {self.token}"}


def read_account(environment: Mapping[str, str]) -> GraphAccount:
    """The account of ``MESOBOT_WHATSAPP_TOKEN`` and ``…_PHONE_NUMBER_ID``.

    Raises:
        SettingsError: if a setting is missing or wrong.
    """
    token, number = text_of(environment, TOKEN), text_of(environment, PHONE_NUMBER_ID)
    if token is None or number is None:
        missing = [TOKEN] * (token is None) + [PHONE_NUMBER_ID] * (number is None)
        raise SettingsError(f"WhatsApp also needs {' and '.join(missing)}")
    if not (number.isascii() and number.isdigit()):
        raise SettingsError(f"{PHONE_NUMBER_ID} must be digits only, with nothing behind them")
    try:
        provider = Provider(text_of(environment, _PROVIDER) or Provider.META)
    except ValueError:
        raise SettingsError(f"{_PROVIDER} must be meta or 360dialog") from None
    return GraphAccount(
        url=https_of(environment, _URL, _URLS[provider]),
        version=text_of(environment, _VERSION) or "v23.0",
        phone_number_id=number,
        token=token,
        provider=provider,
    )
