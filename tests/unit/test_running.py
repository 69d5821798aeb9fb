import pytest

from mesobot.running import rasa_command, shell_command


@pytest.mark.parametrize("command", [rasa_command(1), shell_command(1)], ids=["run", "shell"])
def test_servers_listen_on_loopback_only(command: list[str]) -> None:
    """`rasa shell` opened its server on every interface."""
    assert command[command.index("--interface") + 1] == "127.0.0.1"


def test_the_http_api_stays_off() -> None:
    assert "--enable-api" not in rasa_command(1)
