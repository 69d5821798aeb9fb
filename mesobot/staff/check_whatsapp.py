"""`mesobot doctor` and `mesobot whatsapp check`: whether patients can chat on WhatsApp."""

from __future__ import annotations

from mesobot.channels.whatsapp.configuration import read_settings
from mesobot.chats.whatsapp.review import Review
from mesobot.consultation.database import database_url, open_database
from mesobot.consultation.encryption import SealedError, Sealer
from mesobot.consultation.environment import SettingsError
from mesobot.consultation.graph_account import GraphAccount, Provider, read_account
from mesobot.consultation.mail_settings import CHAT_SECRETS
from mesobot.consultation.transactions import DatabaseUnavailableError
from mesobot.staff.files import database_file
from mesobot.staff.findings import Finding, fails, fine, note
from mesobot.staff.installation import Installation

TOPIC, LEFT = "WhatsApp chats", "chats left to staff"


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
        return fine(TOPIC, "On, by way of 360dialog. `mesobot whatsapp check` asks there.")
    return fine(TOPIC, "On. `mesobot whatsapp check` asks WhatsApp whether it agrees.")


def chats_are_off(here: Installation) -> bool:
    """Whether nothing of the chat is set."""
    try:
        return read_settings(here.environment) is None
    except SettingsError:
        return False


def check_left_to_staff(here: Installation) -> list[Finding]:
    """Whether chats wait for somebody at the clinic; nothing is said while chats are off."""
    if chats_are_off(here):
        return []
    try:
        count = _left_to_staff(here)
    except (DatabaseUnavailableError, SealedError, ValueError):
        return [note(LEFT, "Not known while the database or its key cannot be used.")]
    if not count:
        return [fine(LEFT, "None.")]
    sentence = f"{count}: the assistant could not answer these patients in time."
    return [note(LEFT, sentence, "`mesobot whatsapp waiting` shows them.")]


def _left_to_staff(here: Installation) -> int:
    file = database_file(here.environment)
    if file is not None and not file.exists():
        return 0
    sealer = Sealer.from_environment(here.environment)
    engine = open_database(database_url(here.environment))
    try:
        chats = Review(engine, sealer, lambda: here.now).chats()
    finally:
        engine.dispose()
    return sum(bool(chat.texts) for chat in chats)


def account_to_ask(here: Installation) -> GraphAccount | None:
    """The account, if enough is set to ask about it."""
    try:
        return read_account(here.environment)
    except SettingsError:
        return None


def nothing_to_ask() -> Finding:
    """Without a token there is nothing that WhatsApp could be asked."""
    return note("WhatsApp's answer", "Not asked for: a token and a phone number id are needed.")
