"""How the channels name who they talk to, so that no two of them name the same person."""

from __future__ import annotations

from mesobot.chats.whatsapp.people import SENDER

WEB = "web:"
"""Begins the senders of the website's chat; the rest is a session that the server issued."""
WHATSAPP = SENDER
"""Begins the senders of WhatsApp; the rest is the random id of a person."""
RESERVED = (WEB, WHATSAPP)
"""No caller of the REST channel, who chooses a sender, may choose one that begins so."""
