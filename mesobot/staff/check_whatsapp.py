"""`mesobot doctor` and `mesobot whatsapp check`: whether patients can chat on WhatsApp."""

from __future__ import annotations

from mesobot.consultation.environment import SettingsError, text_of
from mesobot.consultation.graph_account import GraphAccount, Provider, read_account
from mesobot.consultation.mail_settings import CHAT_SECRETS
from mesobot.staff.findings import Finding, fails, fine, note
from mesobot.staff.installation import Installation

TOPIC = "WhatsApp chats"
_GUIDE = "docs/whatsapp.md shows how, step by step."


def check_whatsapp_chats(here: Installation) -> Finding:
    """Whether the settings of the chat are there; nobody is called."""
    given = [secret for secret in CHAT_SECRETS if text_of(here.environment, secret)]
    if not given:
        return fine(TOPIC, f"Off: {' and '.join(CHAT_SECRETS)} are not set.")
    missing = [secret for secret in CHAT_SECRETS if secret not in given]
    if missing:
        step = f"Set {missing[0]} too, or neither. {_GUIDE}"
        return fails(TOPIC, f"{missing[0]} is missing; the assistant does not start.", step)
    try:
        account = read_account(here.environment)
    except SettingsError as error:
        return fails(TOPIC, f"{error}; the assistant does not start.", _GUIDE)
    if account.provider is Provider.DIALOG360:
        return fine(TOPIC, "On, by way of 360dialog. `mesobot whatsapp check` asks there.")
    return fine(TOPIC, "On. `mesobot whatsapp check` asks WhatsApp whether it agrees.")


def account_to_ask(here: Installation) -> GraphAccount | None:
    """The account, if enough is set to ask about it."""
    try:
        return read_account(here.environment)
    except SettingsError:
        return None


def chats_are_off(here: Installation) -> bool:
    """Whether nothing of the chat is set."""
    return not any(text_of(here.environment, secret) for secret in CHAT_SECRETS)


def nothing_to_ask() -> Finding:
    """Without a token there is nothing that WhatsApp could be asked."""
    return note("WhatsApp's answer", "Not asked for: a token and a phone number id are needed.")
