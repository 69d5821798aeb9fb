"""`mesobot whatsapp check`: whether what patients write arrives here."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit

from mesobot.consultation.delivery.problems import DeliveryProblem, TemporaryProblem
from mesobot.consultation.environment import is_loopback
from mesobot.consultation.graph_account import GraphAccount
from mesobot.staff.findings import Finding, fails, fine, note
from mesobot.staff.graph_reader import GraphReader

WEBHOOK_PATH = "/webhooks/whatsapp/webhook"
"""Where the assistant takes messages; the address of the server comes before it."""
RIGHTS = "Give the token the right whatsapp_business_management."

_SOON = timedelta(days=7)


async def app_findings(
    graph: GraphReader,
    account: GraphAccount,
    app_secret: str | None,
    app: str | None,
    now: datetime,
) -> list[Finding]:
    """The secret, the token's life and the subscription, all of which only the app may read.

    Args:
        graph: reads.
        account: whose token it is.
        app_secret: None if it is not set.
        app: id of the app that the token belongs to, or None when not known.
        now: with its time zone.

    Raises:
        TemporaryProblem: if WhatsApp cannot be asked at the moment.
    """
    if app is None or app_secret is None:
        return [note("app secret", "Not compared: it is not set, or the app is not known.")]
    app_token = f"{app}|{app_secret}"
    query = {"input_token": account.token}
    try:
        token = (await graph.read("debug_token", query, app_token)).get("data", {})
        subscriptions = (await graph.read(f"{app}/subscriptions", app_token=app_token))["data"]
    except TemporaryProblem:
        raise
    except DeliveryProblem:
        sentence = "It is not the secret of the app that the token belongs to: every message "
        step = "Copy it again: the app's page “App settings → Basic”."
        return [fails("app secret", f"{sentence}would be refused.", step)]
    return [
        fine("app secret", "It is the app's."),
        _life(token.get("expires_at", 0), now),
        _fields(subscriptions),
    ]


def _life(expires_at: int, now: datetime) -> Finding:
    if not expires_at:
        return fine("access token", "It does not expire.")
    moment = datetime.fromtimestamp(expires_at, timezone.utc)
    step = "Make a token of a system user that never expires: docs/whatsapp.md."
    sentence = f"It expires on {moment:%d %B %Y at %H:%M} UTC."
    return (fails if moment - now < _SOON else note)("access token", sentence, step)


def _fields(subscriptions: list[dict[str, Any]]) -> Finding:
    topic = "webhook fields"
    step = "Subscribe to the field “messages” on the app's page “WhatsApp → Configuration”."
    ours = [each for each in subscriptions if each.get("object") == "whatsapp_business_account"]
    names = {field.get("name") for each in ours for field in each.get("fields", [])}
    if "messages" not in names:
        return fails(topic, "The app is not told of messages.", step)
    if "smb_message_echoes" not in names:
        sentence = "Messages are told. What staff write by the WhatsApp Business app is not."
        return note(topic, sentence, "If they use it, subscribe to “smb_message_echoes”, too.")
    return fine(topic, "The app is told of messages, and of what staff write.")


async def subscribed(graph: GraphReader, waba: str | None, app: str | None) -> Finding:
    """Whether the business account tells the app what happens.

    Raises:
        TemporaryProblem: if WhatsApp cannot be asked at the moment.
    """
    topic = "subscription"
    if waba is None:
        return note(topic, "Not looked at: the business account is not known.")
    try:
        found = (await graph.read(f"{waba}/subscribed_apps")).get("data", [])
    except TemporaryProblem:
        raise
    except DeliveryProblem as problem:
        return note(topic, f"The token may not read it ({problem}).", RIGHTS)
    if app not in [each.get("whatsapp_business_api_data", {}).get("id") for each in found]:
        step = "Subscribe the app to the account: docs/whatsapp.md, step 6."
        return fails(topic, "The account does not tell the app of anything.", step)
    return fine(topic, "The account tells the app what happens.")


async def address(
    graph: GraphReader, configured: Mapping[str, Any], verify_token: str | None
) -> Finding:
    """Whether the address that WhatsApp posts to is this assistant's, and answers."""
    topic, step = "webhook", f"It must be https://YOUR-SERVER{WEBHOOK_PATH}: docs/whatsapp.md."
    levels = ("phone_number", "whatsapp_business_account", "application")
    url = next((configured[level] for level in levels if configured.get(level)), None)
    if url is None:
        return fails(topic, "WhatsApp has no address to post messages to.", step)
    parts = urlsplit(url)
    is_safe = parts.scheme == "https" or is_loopback(parts.hostname or "")
    if not is_safe or not parts.path.endswith(WEBHOOK_PATH):
        return fails(topic, f"WhatsApp posts messages to {url}.", step)
    if verify_token is None:
        return note(topic, f"{url}; whether it answers was not tried: no verify token is set.")
    try:
        answers = await graph.challenge(url, verify_token, secrets.token_hex(8))
    except DeliveryProblem as problem:
        sentence = f"{url} cannot be reached from here ({problem})."
        return note(topic, sentence, "Is the assistant running, and its address public?")
    if not answers:
        step = "Does the assistant run, with this verify token, behind that address?"
        return fails(topic, f"{url} does not answer as it must.", step)
    return fine(topic, f"{url} answers.")
