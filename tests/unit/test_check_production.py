"""`mesobot doctor` looks at what only a server for the public has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import redis

from deploy.rehearsal.redis_server import RedisServer
from mesobot.running import free_port
from mesobot.staff.check_production import check_conversations, check_production, check_redis
from mesobot.staff.findings import Finding, Level, as_json
from mesobot.staff.installation import Installation, this_installation
from tests.graph.settings import TEST as WHATSAPP
from tests.postgresql import new_database
from tests.programs import needed
from tests.unit.test_preflight import GOOD

NOBODY = f"127.0.0.1:{free_port()}"


def having(**changed: str) -> Installation:
    return replace(this_installation(), environment={**GOOD, **changed})


def levels(found: list[Finding]) -> dict[str, Level]:
    return {each.topic: each.level for each in found}


def test_all_servers_would_start_where_everything_is_right() -> None:
    assert set(levels(check_production(having())).values()) == {Level.FINE}
    assert len(check_production(having(**WHATSAPP))) == 3


def test_what_a_server_refuses_to_start_with_is_found_before_it_is_started() -> None:
    """Once the doctor said that all is well, and then nothing started."""
    found = check_production(having(MESOBOT_ACTIONS_TOKEN="short", MESOBOT_SEAL_KEY=""))
    failing = [each for each in found if each.level is Level.FAILS]
    assert {each.topic for each in failing} == {"start of Rasa", "start of action server"}
    sentences = " ".join(each.sentence for each in failing)
    assert "MESOBOT_ACTIONS_TOKEN is shorter" in sentences
    assert "MESOBOT_SEAL_KEY is missing" in sentences


def test_a_container_is_not_blamed_for_what_only_the_others_have() -> None:
    relay = {k: v for k, v in GOOD.items() if "WEB_" not in k and "SEAL" not in k}
    del relay["MESOBOT_ACTIONS_TOKEN"]
    found = check_production(replace(having(), environment=relay))
    assert levels(found) == {
        "start of Rasa": Level.NOTE,
        "start of action server": Level.NOTE,
        "start of relay": Level.FINE,
    }


def test_elsewhere_nothing_is_demanded() -> None:
    (found,) = check_production(having(MESOBOT_PRODUCTION="", MESOBOT_SEAL_KEY=""))
    assert found.level is Level.FINE


def test_the_database_of_the_conversations_is_tried(tmp_path: Path) -> None:
    assert check_conversations(having(MESOBOT_TRACKER_DB=new_database())).level is Level.FINE
    gone = f"postgresql://mesobot:hunter2@{NOBODY}/chats"
    for wrong in (gone, "nonsense://", "://hunter2"):
        found = check_conversations(having(MESOBOT_TRACKER_DB=wrong))
        assert found.level is Level.FAILS
        assert "MESOBOT_TRACKER_DB" in found.next_step
        assert "hunter2" not in as_json([found])
    file = tmp_path / "chats.db"
    assert check_conversations(having(MESOBOT_TRACKER_DB=str(file))).level is Level.NOTE
    assert not file.exists(), "looking must not make anything"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    needed("redis-server")
    started = RedisServer(tmp_path)
    started.start()
    yield started
    started.stop()


def test_redis_is_tried(server: RedisServer) -> None:
    assert check_redis(having(MESOBOT_REDIS_URL=server.url)).level is Level.FINE
    with redis.Redis.from_url(server.url, socket_timeout=1) as client:
        client.config_set("requirepass", "right")
    with_password = server.url.replace("redis://", "redis://:{}@")
    assert check_redis(having(MESOBOT_REDIS_URL=with_password.format("right"))).level is Level.FINE
    for wrong in (server.url, with_password.format("hunter2")):
        found = check_redis(having(MESOBOT_REDIS_URL=wrong))
        assert (found.level, "password" in found.sentence) == (Level.FAILS, True)


@pytest.mark.parametrize(
    "url",
    [f"redis://:hunter2@{NOBODY}/0", "http://hunter2", "nonsense"],
    ids=["nobody there", "no Redis", "no address"],
)
def test_a_redis_that_does_not_answer_fails(url: str) -> None:
    found = check_redis(having(MESOBOT_REDIS_URL=url))
    assert found.level is Level.FAILS
    assert "MESOBOT_REDIS_URL" in found.next_step
    assert "hunter2" not in as_json([found])
