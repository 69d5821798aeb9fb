"""Settings of the WhatsApp channel, from the environment.

The account is the one that staff are notified with (``mesobot.consultation.graph_account``). The
channel is on when one of its two secrets is set; then everything that it needs must be there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from mesobot.channels.limits import Pace
from mesobot.consultation.environment import SettingsError, number_of, text_of
from mesobot.consultation.graph_account import GraphAccount, Provider, read_account
from mesobot.consultation.mail_settings import CHAT_SECRETS

APP_SECRET, VERIFY_TOKEN = CHAT_SECRETS
PREFIX = "MESOBOT_WHATSAPP_"
WINDOW = timedelta(hours=24)
"""So long after a patient's last message the platform takes free text for them."""
LARGEST_BODY = 3 * 1024 * 1024
"""Bytes of one webhook call, by the platform's documentation."""
_MINUTE = 60


@dataclass(frozen=True)
class ChannelSettings:
    """How this installation chats on WhatsApp.

    Attributes:
        account: whose number it is.
        app_secret: signs the platform's webhooks; "" where a partner passes them on.
        verify_token: proves to the platform, once, that the address is ours.
        heard_pace: messages of one patient that are answered.
        pair_pace: messages to one patient (the platform's limit).
        pace: messages to all of them (the platform's limit).
        mute: how long the assistant keeps out of a chat in which staff wrote.
        stale: age of a message that is left to staff.
        quiet: how long nothing more must come before somebody who writes is answered.
        reopen: name of a template that asks a patient to write again, or None.
        language: of that template.
    """

    account: GraphAccount
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)
    heard_pace: Pace
    pair_pace: Pace
    pace: Pace
    mute: timedelta
    stale: timedelta
    quiet: timedelta
    reopen: str | None
    language: str


def read_settings(environment: Mapping[str, str]) -> ChannelSettings | None:
    """The settings, or None when nobody is to chat on WhatsApp.

    Raises:
        SettingsError: if only part of what is needed is set, or something is wrong.
    """
    app_secret, verify_token = (text_of(environment, name) for name in CHAT_SECRETS)
    if app_secret is None and verify_token is None:
        return None
    account = read_account(environment)
    if verify_token is None:
        raise SettingsError(
            f"{VERIFY_TOKEN} is missing: any long random text, the same as in Meta's app"
        )
    if app_secret is None and account.provider is Provider.META:
        raise SettingsError(
            f"{APP_SECRET} is missing: without it nobody can tell Meta's webhooks from forged ones"
        )
    pair_seconds = number_of(environment, f"{PREFIX}PAIR_SECONDS", 6)
    return ChannelSettings(
        account=account,
        app_secret=app_secret or "",
        verify_token=verify_token,
        heard_pace=Pace(
            number_of(environment, f"{PREFIX}MESSAGES_A_MINUTE", 30),
            number_of(environment, f"{PREFIX}BURST", 30),
        ),
        pair_pace=Pace(
            max(1, _MINUTE // pair_seconds), number_of(environment, f"{PREFIX}PAIR_BURST", 45)
        ),
        pace=_per_second(number_of(environment, f"{PREFIX}MESSAGES_A_SECOND", 80)),
        mute=timedelta(minutes=number_of(environment, f"{PREFIX}MUTE_MINUTES", 240)),
        stale=timedelta(minutes=number_of(environment, f"{PREFIX}STALE_MINUTES", 720)),
        quiet=timedelta(milliseconds=number_of(environment, f"{PREFIX}QUIET_MILLISECONDS", 1000)),
        reopen=text_of(environment, f"{PREFIX}REOPEN_TEMPLATE"),
        language=text_of(environment, f"{PREFIX}LANGUAGE") or "en",
    )


def _per_second(number: int) -> Pace:
    return Pace(number * _MINUTE, number)
