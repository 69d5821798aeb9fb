"""`mesobot doctor` and `mesobot whatsapp check`: whether patients can chat on WhatsApp."""

from __future__ import annotations

from mesobot.channels.whatsapp.configuration import read_settings
from mesobot.consultation.environment import SettingsError
from mesobot.consultation.graph_account import GraphAccount, Provider, read_account
from mesobot.consultation.mail_settings import CHAT_SECRETS
from mesobot.staff.findings import Finding, fails, fine, note
from mesobot.staff.installation import Installation

TOPIC = "WhatsApp chats"
_ON = "On from the next start of the assistant with these settings"
"""Nobody is asked, and one that was started before them does not know of them."""


def check_whatsapp_chats(here: Installation) -> Finding:
    """Whether the settings of the chat are there; nobody is called."""
    try:
        settings = read_settings(here.environment)
    except SettingsError as error:
        step = "docs/whatsapp.md shows how, step by step."
        return fails(TOPIC, f"{error}. The assistant does not start like this.", step)
    if settings is None:
        return fine(TOPIC, f"Off: {' and '.join(CHAT_SECRETS)} are not set.")
    if settings.account.provider is Provider.DIALOG360:
        return fine(TOPIC, f"{_ON}, by way of 360dialog. `mesobot whatsapp check` asks there.")
    return fine(TOPIC, f"{_ON}. `mesobot whatsapp check` asks WhatsApp whether it agrees.")


def chats_are_off(here: Installation) -> bool:
    """Whether nothing of the chat is set."""
    try:
        return read_settings(here.environment) is None
    except SettingsError:
        return False


def account_to_ask(here: Installation) -> GraphAccount | None:
    """The account, if enough is set to ask about it."""
    try:
        return read_account(here.environment)
    except SettingsError:
        return None


def nothing_to_ask() -> Finding:
    """Without a token there is nothing that WhatsApp could be asked."""
    return note("WhatsApp's answer", "Not asked for: a token and a phone number id are needed.")
