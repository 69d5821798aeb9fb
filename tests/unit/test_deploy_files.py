"""The files of ``deploy/`` hold what docs/deployment.md promises. No engine is needed for that."""

from __future__ import annotations

import configparser
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from mesobot import paths
from mesobot.preflight import problems
from mesobot.publishing import read_processes
from mesobot.running import RELAY_COMMAND, actions_command
from mesobot.serving import SERVERS, command_of
from tests.unit.test_preflight import GOOD

DEPLOY = paths.ROOT / "deploy"
EXAMPLE = (DEPLOY / "example.env").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
PINNED = re.compile(r"^[a-z0-9./-]+:\d+(\.\d+)+[a-z0-9.-]*(@sha256:[0-9a-f]{64})?$")
MODULES = {
    "rasa": "rasa",
    "actions": "mesobot.action_server",
    "relay": "mesobot.consultation.relay_process",
}
SETTINGS = {
    **GOOD,
    "MESOBOT_TAG": "1.0.0",
    "POSTGRESQL_PASSWORD": "a-password",
    "REDIS_PASSWORD": "a-password",
    "MESOBOT_TLS_FOLDER": "/etc/tls",
    "MESOBOT_PUBLIC_HOST": "chat.clinic-site.com",
}


def ours() -> dict[str, dict[str, Any]]:
    return {name: each for name, each in SERVICES.items() if "mesobot:" in each["image"]}


def filled_in(text: str) -> str:
    """As compose fills in ``${NAME}``, ``${NAME:?why}`` and ``${NAME:-default}``."""

    def value(found: re.Match[str]) -> str:
        name, rule = found[1], found[2] or ""
        return SETTINGS.get(name) or (rule[2:] if rule.startswith(":-") else f"<{name}>")

    return re.sub(r"\$\{([A-Z_]+)(:[?-][^}]*)?\}", value, text)


def refusals(server: str, environment: dict[str, str]) -> list[str]:
    """What the real start would say in that container or unit."""
    commands = {"actions": actions_command(1), "relay": RELAY_COMMAND}
    arguments = commands.get(server) or command_of("rasa", environment)
    return problems(MODULES[server], arguments, environment)


def image_environment() -> dict[str, str]:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    return dict(re.findall(r"\b(MESOBOT_\w+)=(\S+)", text.rpartition("FROM ")[2]))


# --- containers


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_can_do_little_and_is_looked_after(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not re.match(r"^(0|root)(:|$)", service["user"])
    assert service["pids_limit"]
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}
    assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
    assert service["healthcheck"]["timeout"]
    assert service["restart"] == "unless-stopped"
    assert not service.keys() & {"privileged", "network_mode", "pid", "ipc", "cap_add", "devices"}


def test_only_the_proxy_is_public() -> None:
    assert [name for name, each in SERVICES.items() if "ports" in each] == ["proxy"]
    inside = {name for name, each in COMPOSE["networks"].items() if (each or {}).get("internal")}
    assert inside == {"front", "back"}
    for name, each in SERVICES.items():
        outside = set(each["networks"]) - inside
        assert outside == {"proxy": {"public"}, "relay": {"mail"}}.get(name, set()), name
    assert "back" not in SERVICES["proxy"]["networks"], "the proxy reaches the databases"


def test_the_proxy_knows_every_rasa_process() -> None:
    upstream = SERVICES["proxy"]["environment"]["MESOBOT_UPSTREAM"]
    known = set(re.findall(r"server ([\d.]+):5005", upstream))
    rasa = [each for name, each in SERVICES.items() if name.startswith("rasa-")]
    assert known == {each["networks"]["front"]["ipv4_address"] for each in rasa}
    assert len(known) >= 2


def test_every_image_is_pinned() -> None:
    bases = re.findall(r"^FROM (\S+)", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    foreign = [each["image"] for name, each in SERVICES.items() if name not in ours()]
    kubernetes = [c["image"] for c in _containers() if c["image"] != "mesobot"]
    for image in (*bases, *foreign, *kubernetes):
        assert PINNED.match(image), image


def test_the_image_runs_as_somebody_and_says_whether_it_is_well() -> None:
    last = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").rpartition("FROM ")[2]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert "HEALTHCHECK" in last
    assert "MESOBOT_PRODUCTION=1" in last
    assert "--require-hashes" in (DEPLOY / "Dockerfile").read_text()


@pytest.mark.parametrize("name", ours())
def test_a_container_has_the_settings_that_it_refuses_to_start_without(name: str) -> None:
    given = SERVICES[name]["environment"]
    environment = {key: filled_in(str(value)) for key, value in given.items()}
    server = SERVICES[name]["command"][0]
    assert refusals(server, {**image_environment(), **environment}) == []


def test_no_secret_stands_in_a_file() -> None:
    secret = re.compile(r"(SECRET|TOKEN|PASSWORD|KEY|MESOBOT_\w+_DB|REDIS_URL)$")
    for name, service in SERVICES.items():
        for key, value in (service.get("environment") or {}).items():
            if secret.search(key) and key != "MESOBOT_CERTIFICATE_KEY":
                assert re.search(r"\$\{\w+:[?-]", str(value)), f"{name}: {key}"
    for name, value in read_example().items():
        assert value == "" or not secret.search(name), name


# --- the file of settings


def read_example(changed: Mapping[str, str] = {}) -> dict[str, str]:
    """The example as a shell reads it, with some lines changed."""
    lines = EXAMPLE.splitlines()
    for name, written in changed.items():
        lines[lines.index(next(x for x in lines if x.startswith(f"{name}=")))] = f"{name}={written}"
    script = "set -aeu\n" + "\n".join(lines) + "\nexec env -0"
    run = subprocess.run(
        ["sh", "-c", script], env={"PATH": os.environ["PATH"]}, capture_output=True, check=True
    )
    pairs = (each.partition("=") for each in run.stdout.decode().split("\0"))
    return {name: value for name, _, value in pairs if re.match(r"MESOBOT_|[A-Z]+_PASS", name)}


def test_a_shell_and_systemd_read_the_example_alike() -> None:
    """``Clinic <chat@…>`` without quotes stopped a shell; a comment became part of a value."""
    sender = next(
        found for found in re.findall(r'"[^"]+@[^"]+"', EXAMPLE)
    )  # the form that the file recommends
    read = read_example({"MESOBOT_MAIL_FROM": sender})
    assert read["MESOBOT_MAIL_FROM"] == sender.strip('"')
    for line in EXAMPLE.splitlines():
        assert re.fullmatch(r'(#.*)?|\w+=([\w.:/@=,+-]*|"[^"$`\\]*")', line), line


def test_the_example_names_every_setting() -> None:
    text = (DEPLOY / "compose.yml").read_text(encoding="utf-8")
    of_containers = set(re.findall(r"\$\{([A-Z_]+)", text))
    named = set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE))
    assert of_containers | set(GOOD) - {"MESOBOT_PRODUCTION"} <= named
    program = "\n".join(
        file.read_text(encoding="utf-8") for file in (paths.ROOT / "mesobot").rglob("*.py")
    )
    for name in named - of_containers:
        # Those of WhatsApp are put together from a prefix.
        assert name in program or f'"{name.removeprefix("MESOBOT_WHATSAPP_")}"' in program, name


def test_the_example_leaves_alone_what_the_units_set() -> None:
    """systemd lets the file win: `mesobot release` failed, or two processes shared a port."""
    for file in UNITS:
        own = re.findall(r"(\w+)=", read_unit(file).get("Environment", ""))
        assert not set(own) & set(read_example()), file.name


def test_publishing_restarts_every_process_of_the_release() -> None:
    """The action server was left out and went on with the old texts."""
    named = {each.name for each in read_processes(read_example()["MESOBOT_PROCESSES"])}
    target = (DEPLOY / "systemd" / "mesobot.target").read_text(encoding="utf-8")
    started = set(re.findall(r"mesobot-([\w@]+)\.service", target))
    assert named == started - {"proxy"}


def test_a_secret_goes_only_to_whom_needs_it() -> None:
    def holders(name: str) -> set[str]:
        return {each for each, service in SERVICES.items() if name in service["environment"]}

    rasa = {"rasa-1", "rasa-2"}
    assert holders("MESOBOT_WEB_SECRET") == holders("MESOBOT_SEAL_KEY") == rasa
    assert holders("MESOBOT_ENCRYPTION_KEY") == {"actions", "relay"}
    assert holders("MESOBOT_SMTP_PASSWORD") == {"relay"}


# --- Kubernetes


def _documents() -> Iterator[dict[str, Any]]:
    for file in sorted((DEPLOY / "kubernetes").glob("*.yml")):
        yield from yaml.safe_load_all(file.read_text(encoding="utf-8"))


def _kind(kind: str) -> list[dict[str, Any]]:
    return [each for each in _documents() if each["kind"] == kind]


def _containers() -> list[dict[str, Any]]:
    pods = [each["spec"]["template"]["spec"] for each in _kind("Deployment")]
    return [container for pod in pods for container in pod["containers"]]


def test_every_manifest_is_listed() -> None:
    listed = set(_kind("Kustomization")[0]["resources"])
    files = {file.name for file in (DEPLOY / "kubernetes").glob("*.yml")}
    assert files == listed | {"kustomization.yml"}


def test_a_pod_can_do_little_and_is_looked_after() -> None:
    for each in _kind("Deployment"):
        pod = each["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
    for container in _containers():
        rights = container["securityContext"]
        assert rights["readOnlyRootFilesystem"] is True
        assert rights["allowPrivilegeEscalation"] is False
        assert rights["capabilities"] == {"drop": ["ALL"]}
        assert set(container["resources"]["limits"]) == {"cpu", "memory"}
        assert {"readinessProbe", "livenessProbe"} <= set(container)


def test_the_cluster_lets_in_the_chat_and_the_webhook_only() -> None:
    assert all(each["spec"].get("type", "ClusterIP") == "ClusterIP" for each in _kind("Service"))
    chat, webhook = _kind("Ingress")
    hashed = chat["metadata"]["annotations"]["nginx.ingress.kubernetes.io/upstream-hash-by"]
    assert hashed == "$arg_route"
    rules = [rule for each in (chat, webhook) for rule in each["spec"]["rules"]]
    public = {path["path"] for rule in rules for path in rule["http"]["paths"]}
    assert "/webhooks/rest" not in str(public)
    assert all(path.startswith(("/chat/", "/webhooks/whatsapp/webhook")) for path in public)
    assert "/chat/health" not in public
    refused = [each for each in _kind("NetworkPolicy") if each["spec"]["podSelector"] == {}]
    assert any(set(each["spec"]["policyTypes"]) == {"Ingress", "Egress"} for each in refused)


def test_a_pod_has_the_settings_that_it_refuses_to_start_without() -> None:
    names = {
        "seal-key": "MESOBOT_SEAL_KEY", "web-secret": "MESOBOT_WEB_SECRET",
        "actions-token": "MESOBOT_ACTIONS_TOKEN", "tracker-db": "MESOBOT_TRACKER_DB",
        "requests-db": "MESOBOT_REQUESTS_DB", "redis-url": "MESOBOT_REDIS_URL",
        "encryption-key": "MESOBOT_ENCRYPTION_KEY",
    }  # fmt: skip
    # What the clinic has to fill in is empty in the file, on purpose: nothing starts without it.
    by_hand = {
        key: GOOD.get(key, "") for key, value in _kind("ConfigMap")[0]["data"].items() if not value
    }
    settings = {**_kind("ConfigMap")[0]["data"], **by_hand}
    checked = [each for each in _containers() if each["image"] == "mesobot"]
    assert {each["args"][0] for each in checked} == set(SERVERS)
    for each in checked:
        keys = {v["name"]: v["valueFrom"]["secretKeyRef"]["key"] for v in each["env"]}
        secret = {name: GOOD[names[key]] for name, key in keys.items() if key in names}
        environment = {**image_environment(), **settings, **secret}
        assert refusals(each["args"][0], environment) == [], each["name"]


# --- systemd


def read_unit(file: Path) -> dict[str, str]:
    """The service section; options that stand there several times are joined."""
    lines = file.read_text(encoding="utf-8").splitlines()
    start = lines.index("[Service]") + 1
    options: dict[str, str] = {}
    for line in lines[start:]:
        if line.startswith("["):
            break
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            options[name] = f"{options[name]} {value}" if name in options else value
    return options


@pytest.mark.parametrize("file", UNITS, ids=lambda file: file.stem)
def test_a_unit_can_do_little(file: Path) -> None:
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    parser.read(file)
    assert parser.has_section("Service")
    unit = read_unit(file)
    if unit.get("Type") == "oneshot":
        return  # restarts others, so it is root's
    assert unit["User"] not in ("", "root", "0")
    assert unit["NoNewPrivileges"] == "yes"
    assert unit["ProtectSystem"] == "strict"
    assert unit["CapabilityBoundingSet"] in ("", "CAP_NET_BIND_SERVICE")
    assert unit["MemoryMax"]
    assert unit["Restart"] == "always"


@pytest.mark.parametrize("server", SERVERS)
def test_a_unit_has_the_settings_that_it_refuses_to_start_without(server: str) -> None:
    file = DEPLOY / "systemd" / f"mesobot-{server}{'@' if server == 'rasa' else ''}.service"
    unit = read_unit(file)
    assert unit["ExecStart"].endswith(f"mesobot serve {server}")
    own = dict(each.split("=", 1) for each in unit["Environment"].split())
    dropped = set(unit["UnsetEnvironment"].split())
    from_file = {name: value for name, value in SETTINGS.items() if name not in dropped}
    assert own["MESOBOT_PRODUCTION"] == "1"
    assert refusals(server, {**from_file, **own, "MESOBOT_PORT": "5001"}) == []


def test_each_rasa_process_has_a_port_of_its_own_for_metrics() -> None:
    """Both read the same file of settings, so the second one found its port taken."""
    own = read_unit(DEPLOY / "systemd" / "mesobot-rasa@.service")["Environment"].split()
    ports = [each.partition("=")[2] for each in own if "PORT=" in each]
    assert len(set(ports)) == 2
    assert all(port.endswith("%i") for port in ports)


@pytest.mark.parametrize(
    ("command", "as_user", "release"),
    [("doctor", "mesobot", "/srv/releases/current"), ("publish", "", "")],
)
def test_the_command_for_staff_has_the_settings_of_the_servers(
    tmp_path: Path, command: str, as_user: str, release: str
) -> None:
    programs, project = tmp_path / "bin", tmp_path / "project"
    (project / ".venv" / "bin").mkdir(parents=True)
    programs.mkdir()
    settings = tmp_path / "mesobot.env"
    settings.write_text('MESOBOT_MAIL_FROM="Clinic <chat@clinic.example>"\n')
    show = 'echo "${AS:-}|$MESOBOT_MAIL_FROM|${MESOBOT_RELEASE:-}|$PWD|$*"'
    for file, text in {
        programs / "runuser": 'AS=$2; export AS; shift 3; exec "$@"',
        project / ".venv" / "bin" / "mesobot": show,
    }.items():
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)
    environment = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "MESOBOT_PROJECT": str(project),
        "MESOBOT_SETTINGS": str(settings),
    }
    line = [DEPLOY / "systemd" / "mesobot.sh", command, "--some", "two words"]
    run = subprocess.run(line, env=environment, capture_output=True, text=True, check=True)
    sender = "Clinic <chat@clinic.example>"
    assert run.stdout == f"{as_user}|{sender}|{release}|{project}|{command} --some two words\n"
