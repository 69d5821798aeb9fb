"""What ``deploy/`` adds for chats on WhatsApp is enough to start with, and no more than needed."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

import pytest
import yaml

from mesobot import paths
from mesobot.channels.whatsapp.configuration import read_settings
from mesobot.consultation.mail_settings import read_whatsapp_settings
from mesobot.preflight import problems
from mesobot.running import RELAY_COMMAND
from mesobot.serving import command_of
from tests.graph.settings import TEST
from tests.graph.test_guide import STAFF, Noting
from tests.unit import test_deploy_files as base

DEPLOY = paths.ROOT / "deploy"
SETTINGS = {**base.SETTINGS, **TEST}
RASA, RELAY = "rasa", "mesobot.consultation.relay_process"
NEEDED = {"MESOBOT_ENCRYPTION_KEY", "MESOBOT_REQUESTS_DB"}
PRIVATE = ("10.1.2.3", "172.20.0.1", "192.168.1.1", "169.254.169.254", "fd00::1", "fe80::1")
WHATSAPP = ("157.240.0.53", "2a03:2880:f21c::1")
COMPOSE = yaml.safe_load((DEPLOY / "compose.whatsapp.yml").read_text(encoding="utf-8"))


def refusals(module: str, environment: dict[str, str]) -> list[str]:
    arguments = command_of("rasa", environment) if module == RASA else RELAY_COMMAND
    return problems(module, arguments, environment)


# --- containers


def container(name: str, settings: dict[str, str]) -> dict[str, str]:
    """The environment of a service when both files are given, as compose merges them."""
    templates = {**base.SERVICES[name]["environment"], **COMPOSE["services"][name]["environment"]}

    def value(found: re.Match[str]) -> str:
        return settings.get(found[1], "")

    return {k: re.sub(r"\$\{(\w+)(:[^}]*)?\}", value, str(v)) for k, v in templates.items()}


@pytest.mark.parametrize("name", ["rasa-1", "rasa-2"])
def test_a_rasa_container_starts_with_whatsapp(name: str) -> None:
    environment = {**base.image_environment(), **container(name, SETTINGS)}
    assert read_settings(environment)
    assert refusals(RASA, environment) == []
    bare = {**environment, **dict.fromkeys(NEEDED, "")}
    assert all(any(need in line for line in refusals(RASA, bare)) for need in NEEDED)


def test_a_rasa_container_gets_every_setting_of_the_chat() -> None:
    asked = Noting()
    assert read_settings(asked)
    for name in ("rasa-1", "rasa-2"):
        given = set(COMPOSE["services"][name]["environment"])
        assert given == asked.asked | NEEDED


def test_every_rasa_container_has_a_way_out_and_none_has_a_port() -> None:
    rasa = {name for name in base.SERVICES if name.startswith("rasa-")}
    assert set(COMPOSE["services"]) == rasa | {"relay"}
    assert COMPOSE["networks"] == {"whatsapp": {}}
    for name, added in COMPOSE["services"].items():
        assert set(added) <= {"environment", "networks"}, "only settings and the way out"
        assert added.get("networks", {}) == ({"whatsapp": {}} if name in rasa else {})


def test_the_relay_runs_with_and_without_staff_on_whatsapp() -> None:
    without = {**base.image_environment(), **container("relay", SETTINGS)}
    assert read_whatsapp_settings(without) is None
    assert refusals(RELAY, without) == []
    assert read_whatsapp_settings(container("relay", {**SETTINGS, **STAFF}))
    assert not without.keys() & {"MESOBOT_WHATSAPP_APP_SECRET", "MESOBOT_WEB_SECRET"}


# --- Kubernetes


def _read(folder: str, file: str) -> list[dict[str, Any]]:
    text = (DEPLOY / folder / file).read_text(encoding="utf-8")
    return [each for each in yaml.safe_load_all(text) if each]


def _container(folder: str, file: str, name: str) -> dict[str, Any]:
    for each in _read(folder, file):
        if each["kind"] == "Deployment" and each["metadata"]["name"] == name:
            (only,) = each["spec"]["template"]["spec"]["containers"]
            assert only["name"] == name, "kubectl would add a container instead"
            return dict(only)
    raise AssertionError(f"no {name} in {folder}/{file}")


def pod(name: str, first: str, staff: dict[str, str]) -> dict[str, str]:
    """The environment of a pod with the patch laid over it; what is filled in by hand is filled in."""
    patch = _container("kubernetes-whatsapp", f"{name}.yml", name)
    maps = {
        each["metadata"]["name"]: each["data"]
        for each in (
            *_read("kubernetes", "settings.yml"),
            *_read("kubernetes-whatsapp", "settings.yml"),
        )
    }
    found: dict[str, str] = {}
    for each in patch["envFrom"]:
        for key, value in maps[each["configMapRef"]["name"]].items():
            found[key] = value or staff.get(key, "") or SETTINGS.get(key, "")
    entries = (*_container("kubernetes", first, name)["env"], *patch["env"])
    return {**found, **{each["name"]: SETTINGS.get(each["name"], "") for each in entries}}


def test_a_rasa_pod_starts_with_whatsapp() -> None:
    environment = {**base.image_environment(), **pod("rasa", "rasa.yml", {})}
    assert read_settings(environment)
    assert refusals(RASA, environment) == []


def test_the_relay_pod_runs_with_and_without_staff_on_whatsapp() -> None:
    environment = {**base.image_environment(), **pod("relay", "workers.yml", {})}
    assert read_whatsapp_settings(environment) is None
    assert refusals(RELAY, environment) == []
    assert read_whatsapp_settings(pod("relay", "workers.yml", STAFF))


def test_a_pod_reaches_whatsapp_and_nothing_private() -> None:
    (policy,) = _read("kubernetes-whatsapp", "network.yml")
    (patch,) = _read("kubernetes-whatsapp", "rasa.yml")
    label = policy["spec"]["podSelector"]["matchLabels"]
    assert label.items() <= patch["spec"]["template"]["metadata"]["labels"].items()
    assert policy["spec"]["policyTypes"] == ["Egress"]
    (rule,) = policy["spec"]["egress"]
    assert rule["ports"] == [{"protocol": "TCP", "port": 443}]

    def reached(address: str) -> bool:
        blocks = [each["ipBlock"] for each in rule["to"]]
        return any(
            _within(address, [b["cidr"]]) and not _within(address, b["except"]) for b in blocks
        )

    assert all(reached(address) for address in WHATSAPP)
    assert not any(reached(address) for address in PRIVATE)


def test_the_overlay_names_all_its_files() -> None:
    (overlay,) = _read("kubernetes-whatsapp", "kustomization.yml")
    patches = {each["path"] for each in overlay["patches"]}
    files = {file.name for file in (DEPLOY / "kubernetes-whatsapp").iterdir()}
    assert files == {"kustomization.yml", *overlay["resources"], *patches} - {"../kubernetes"}
    assert overlay["resources"][0] == "../kubernetes"


# --- systemd


def drop_in() -> list[tuple[str, list[str]]]:
    folder = DEPLOY / "systemd" / "mesobot-rasa@.service.d"
    lines = (folder / "whatsapp.conf.example").read_text(encoding="utf-8").splitlines()
    options = [line.partition("=") for line in lines if not line.startswith("#")]
    return [(name, value.split()) for name, equals, value in options if equals]


def unit() -> dict[str, list[str]]:
    """Lists of the unit with the drop-in over it; an empty value begins a list anew."""
    merged = {
        key: value.split()
        for key, value in base.read_unit(DEPLOY / "systemd" / "mesobot-rasa@.service").items()
    }
    for key, values in drop_in():
        merged[key] = [*merged.get(key, []), *values] if values else []
    return merged


def test_a_rasa_unit_starts_with_whatsapp_and_only_with_the_drop_in() -> None:
    file = DEPLOY / "systemd" / "mesobot-rasa@.service"
    plain, merged = base.read_unit(file), unit()
    own = dict(each.split("=", 1) for each in plain["Environment"].split())

    def started(dropped: list[str]) -> list[str]:
        kept = {name: value for name, value in SETTINGS.items() if name not in dropped}
        return refusals(RASA, {**kept, **own, "MESOBOT_PORT": "5001"})

    assert started(merged["UnsetEnvironment"]) == []
    refused = "\n".join(started(plain["UnsetEnvironment"].split()))
    assert all(name in refused for name in NEEDED)
    assert "docs/whatsapp.md" in refused


def test_the_drop_in_opens_the_internet_and_no_private_network() -> None:
    assert {name for name, _ in drop_in()} == {"UnsetEnvironment", "IPAddressDeny"}
    plain = base.read_unit(DEPLOY / "systemd" / "mesobot-rasa@.service")
    merged = unit()
    taken_back = set(plain["UnsetEnvironment"].split()) - set(merged["UnsetEnvironment"])
    assert taken_back == NEEDED
    assert merged["IPAddressAllow"] == ["localhost"]
    assert all(_within(address, merged["IPAddressDeny"]) for address in PRIVATE)
    assert not any(_within(address, merged["IPAddressDeny"]) for address in WHATSAPP)


def test_the_action_server_gets_no_secret_of_whatsapp() -> None:
    dropped = base.read_unit(DEPLOY / "systemd" / "mesobot-actions.service")["UnsetEnvironment"]
    secrets = {name for name in TEST if name.endswith(("TOKEN", "SECRET"))}
    assert secrets <= set(dropped.split())


def _within(address: str, networks: list[str]) -> bool:
    found = ipaddress.ip_address(address)
    return any(found in ipaddress.ip_network(each) for each in networks)
