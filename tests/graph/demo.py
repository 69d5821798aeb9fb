"""``make run-whatsapp-demo``: the assistant, a fake Graph API, and a page that plays the phone.

No account is needed or used: the secrets are made up for this run, nothing leaves this machine,
and what is kept stays apart from what ``make run`` keeps.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]  # not from mesobot.paths: it reads MESOBOT_STATE when imported
PORT = 5008
_SLOWEST_START_SECONDS = 180
_OWN = ("MESOBOT_WHATSAPP_", "MESOBOT_STAFF_WHATSAPP", "MESOBOT_GRAPH_", "MESOBOT_SMTP_")


def phone_port(environment: Mapping[str, str]) -> int:
    """Port of the phone's page on loopback (``MESOBOT_PHONE_PORT``)."""
    return int(environment.get("MESOBOT_PHONE_PORT", str(PORT)))


def demo_environment(environment: Mapping[str, str], state: Path) -> dict[str, str]:
    """The environment of the demo: real accounts are left out, made-up ones put in."""
    kept = {name: value for name, value in environment.items() if not name.startswith(_OWN)}
    return {
        **kept,
        "MESOBOT_STATE": str(state),
        "MESOBOT_DEMO": "0",
        "MESOBOT_REQUESTS_DB": f"sqlite:///{state / 'requests.db'}",
        "MESOBOT_TRACKER_DB": str(state / "conversations.db"),
        "MESOBOT_GRAPH_URL": f"http://127.0.0.1:{phone_port(environment)}",
        "MESOBOT_WHATSAPP_PHONE_NUMBER_ID": "1234567890",
        "MESOBOT_WHATSAPP_TOKEN": secrets.token_urlsafe(24),
        "MESOBOT_WHATSAPP_APP_SECRET": secrets.token_hex(16),
        "MESOBOT_WHATSAPP_VERIFY_TOKEN": secrets.token_urlsafe(12),
    }


def main() -> int:
    """Run everything until Ctrl-C."""
    state = Path(os.environ.get("MESOBOT_STATE") or ROOT / "var" / "whatsapp-demo")
    environment = demo_environment(os.environ, state)
    os.environ.clear()
    os.environ.update(environment)
    from mesobot import running, settings

    number = phone_port(os.environ)
    hook = f"http://127.0.0.1:{settings.port()}/webhooks/whatsapp/"
    command = [sys.executable, "-m", "tests.graph.server", "--phone", "--port", str(number)]
    command += ["--state", str(state / "phone"), "--webhook", f"{hook}webhook"]
    try:
        running.require_free("MESOBOT_PHONE_PORT", number)
        phone = subprocess.Popen(command, cwd=ROOT)
        threading.Thread(target=_announce, args=(hook, number), daemon=True).start()
        try:
            return running.run()
        finally:
            phone.terminate()
            phone.wait(timeout=10)
    except running.PortTakenError as taken:
        sys.stderr.write(f"{taken}\n")
        return 1


def _announce(hook: str, number: int) -> None:
    from mesobot.running import wait_for

    if wait_for(hook, _SLOWEST_START_SECONDS):
        sys.stdout.write(f"\n  The phone is here:       http://127.0.0.1:{number}/\n\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
