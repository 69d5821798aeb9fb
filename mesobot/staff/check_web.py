"""`mesobot doctor`: the settings of the chat on the website."""

from __future__ import annotations

import ipaddress
import stat
from urllib.parse import urlsplit

from mesobot.channels.web.configuration import (
    PREFIX,
    listed_origins,
    read_connections,
    read_lifetime,
    read_paces,
    read_privacy_link,
    read_proxies,
)
from mesobot.channels.web.origins import read_origins
from mesobot.channels.web.secret import PREVIOUS_SECRET, SECRET, signing_keys
from mesobot.channels.web.settings_error import WebSettingsError
from mesobot.settings import has_demo
from mesobot.staff.findings import Finding, fails, fine, note
from mesobot.staff.installation import Installation

_MAKE_ONE = "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
_CORRECT = "Correct the setting: the assistant does not start with it."
_AS_GOOD_AS_NONE = 1000
"""Messages a minute, or connections, of one visitor's address: nobody reaches that by typing."""


def check_pages(here: Installation) -> Finding:
    """Whether the clinic's website may use the chat, and nobody else's."""
    topic = "website's pages"
    listed = listed_origins(here.environment)
    if any("*" in origin for origin in listed):
        step = f"Name each site in {PREFIX}ORIGINS. The assistant does not start with a *."
        return fails(topic, "A * would let every site on the net use the chat.", step)
    try:
        origins = sorted(read_origins(listed).listed)
    except WebSettingsError as error:
        return fails(topic, str(error), _CORRECT)
    if not origins:
        sentence = "No site is named: only the demo pages can use the chat."
        return note(topic, sentence, f"Set {PREFIX}ORIGINS=https://www.your-clinic.example")
    readable = [each for each in origins if each.startswith("http://") and not _is_local(each)]
    if readable:
        sentence = f"{', '.join(readable)}: without https others can read what patients write."
        return note(topic, sentence, f"Serve the site by https, and say so in {PREFIX}ORIGINS.")
    if has_demo(here.environment):
        sentence = f"{', '.join(origins)}, and the demo pages of this machine."
        return note(topic, sentence, "For a real site leave MESOBOT_DEMO out.")
    return fine(topic, f"{', '.join(origins)} and no others.")


def check_session_secret(here: Installation) -> Finding:
    """Whether visitors can come back to their conversation, and only they."""
    topic = "website's secret"
    given = here.environment.get(SECRET, "").strip()
    file = here.state / "web.secret"
    try:
        # Without one the assistant makes one as it starts; looking makes none.
        signing_keys({**here.environment, SECRET: given or _made(here)}, here.state)
        read_lifetime(here.environment)
    except WebSettingsError as error:
        return fails(topic, str(error), _CORRECT)
    if given and given == here.environment.get(PREVIOUS_SECRET, "").strip():
        sentence = f"{PREVIOUS_SECRET} is the same as {SECRET}."
        return note(topic, sentence, "Leave it out, or give the secret from before the change.")
    if given:
        return fine(topic, "Set: conversations can be come back to after a restart.")
    if file.is_file() and stat.S_IMODE(file.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        step = f"`chmod 600 {file}`, or delete it: then all visitors begin anew."
        return fails(topic, "Other users of this machine can read it.", step)
    made = "The one that was made here is used" if file.is_file() else "One is made at the start"
    sentence = f"{made}, in {file}."
    if _public_sites(here):
        step = f"Set {SECRET} to what this prints, and keep a copy: {_MAKE_ONE}"
        return note(topic, f"{sentence} If the file is lost, all visitors begin anew.", step)
    return fine(topic, sentence)


def check_visitors(here: Installation) -> Finding:
    """Whether visitors can be told apart, which limits need."""
    topic = "website's visitors"
    try:
        proxies = read_proxies(here.environment)
    except WebSettingsError as error:
        return fails(topic, str(error), _CORRECT)
    public = _public_sites(here)
    if public and not proxies:
        sentence = "No proxy is expected: behind one, all visitors count as a single address."
        return note(topic, sentence, f"Set {PREFIX}PROXIES=1 if one proxy (for https) is in front.")
    if proxies and not public:
        sentence = (
            f"{proxies} expected, though no site is named: without it addresses can be made up."
        )
        return note(topic, sentence, f"Set {PREFIX}PROXIES=0 unless a proxy is in front.")
    if proxies:
        return fine(topic, f"Told apart by what {proxies} of your proxies say (X-Forwarded-For).")
    return fine(topic, "Told apart by the address they connect from.")


def check_limits(here: Installation) -> Finding:
    """Whether one visitor can use up what is there for all, or is hindered alone."""
    topic = "website's limits"
    try:
        session, address = read_paces(here.environment)
        connections = read_connections(here.environment)
    except WebSettingsError as error:
        return fails(topic, str(error), _CORRECT)
    sentence = (
        f"{session.a_minute} messages a minute from a visitor, {address.a_minute} from an address "
        f"with all its visitors, {connections} connections"
    )
    if address.a_minute < session.a_minute or address.at_once < session.at_once:
        step = f"Raise {PREFIX}ADDRESS_MESSAGES_A_MINUTE and {PREFIX}ADDRESS_BURST."
        return note(topic, f"{sentence}: an address may do less than one visitor in it.", step)
    if max(session.a_minute, session.at_once, connections) >= _AS_GOOD_AS_NONE:
        step = f"Lower what begins with {PREFIX}; docs/web-channel.md has the usual values."
        return note(topic, f"{sentence}: as good as no limit.", step)
    return fine(topic, f"{sentence}.")


def check_privacy_link(here: Installation) -> Finding:
    """Whether visitors can read how their messages are handled before they write."""
    topic = "website's privacy"
    try:
        link = read_privacy_link(here.environment)
    except WebSettingsError as error:
        return fails(topic, str(error), _CORRECT)
    if link is None and _public_sites(here):
        step = f"Set {PREFIX}PRIVACY_LINK=https://… (or data-privacy-link of the script tag)."
        return note(topic, "The greeting has no link to the clinic's privacy policy.", step)
    return fine(
        topic, "The greeting links to the clinic's policy." if link else "No site, no link."
    )


def _made(here: Installation) -> str:
    """The secret that was made here; what stands for it while there is none."""
    file = here.state / "web.secret"
    return file.read_text(encoding="utf-8").strip() if file.is_file() else "-" * 32


def _public_sites(here: Installation) -> list[str]:
    """The sites that are named, without those of this machine."""
    return [origin for origin in listed_origins(here.environment) if not _is_local(origin)]


def _is_local(origin: str) -> bool:
    """Whether an origin is on this machine."""
    host = urlsplit(origin).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
