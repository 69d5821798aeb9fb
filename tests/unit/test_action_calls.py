"""What can go wrong with a call of the action server becomes a short error without data."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest
from aiohttp import web
from jsonschema import ValidationError, validate
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.core.utils import AvailableEndpoints

from mesobot import action_calls
from mesobot.action_calls import ActionEndpoint, limit_action_calls


def call(status: int = 200, body: str = "{}", pause: float = 0) -> object:
    """What a call gives that is answered like that."""

    async def answer(_: web.Request) -> web.Response:
        await asyncio.sleep(pause)
        return web.Response(status=status, text=body, content_type="application/json")

    async def run() -> object:
        application = web.Application()
        application.router.add_post("/webhook", answer)
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]
        try:
            endpoint = ActionEndpoint(f"http://127.0.0.1:{port}/webhook")
            return await endpoint.request(json={}, method="post", timeout=300)
        finally:
            await runner.cleanup()

    return asyncio.run(run())


def test_an_answer_is_passed_on() -> None:
    answer = {
        "events": [{"event": "slot", "name": "a", "value": None, "timestamp": None}],
        "responses": [{"response": "utter_x"}],
    }
    assert call(body=json.dumps(answer)) == answer
    assert call(body='{"events": []}') == {"events": []}


EVENTS = [
    {"event": "slot", "name": "a", "value": 1},
    {"event": "slot", "name": "a"},
    {"event": "slot", "name": 1, "value": 1},
    {"event": "slot", "name": "a", "value": 1, "timestamp": "now"},
    {"event": "followup", "name": "action_listen"},
    {"event": "nonsense"},
    {"event": ["slot"]},
    {"name": "a"},
    "slot",
]


@pytest.mark.parametrize("event", EVENTS, ids=str)
def test_an_answer_is_taken_if_and_only_if_rasa_would_take_it(event: object) -> None:
    answer = {"events": [event], "responses": []}
    try:
        validate(answer, RemoteAction.action_response_format_spec())
    except ValidationError:
        with pytest.raises(aiohttp.ClientPayloadError):
            call(body=json.dumps(answer))
    else:
        assert call(body=json.dumps(answer)) == answer


def test_some_of_them_are_taken_and_some_are_not() -> None:
    checker = RemoteAction.action_response_format_spec()
    valid = [validator_for(checker)(checker).is_valid({"events": [event]}) for event in EVENTS]
    assert 0 < sum(valid) < len(EVENTS)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, "canary"),
        (404, "canary"),
        (400, "canary"),
        (200, "canary{"),
        (200, '["canary"]'),
        (200, '{"events": ["canary"]}'),
        (200, '{"events": "canary"}'),
        (200, '{"responses": ["canary"]}'),
    ],
)
def test_no_error_quotes_what_was_answered(status: int, body: str) -> None:
    with pytest.raises(aiohttp.ClientError) as caught:
        call(status, body)
    error: BaseException | None = caught.value
    assert "canary" not in str(error)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_nobody_waits_for_300_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(action_calls, "LONGEST_ACTION", 0.1)
    with pytest.raises(aiohttp.ClientConnectionError, match=r"no answer in 0\.1 s"):
        call(pause=1)


def test_rasa_reads_its_endpoint_with_the_limit(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    for owner, name in (
        (AvailableEndpoints, "read_endpoints"),
        (RemoteAction, "_validate_action_result"),
    ):
        monkeypatch.setattr(owner, name, getattr(owner, name))  # as it was, after this test
    limit_action_calls()
    file = tmp_path / "endpoints.yml"
    file.write_text("action_endpoint: {url: 'http://x', headers: {a: b}}\n", encoding="utf-8")
    action = AvailableEndpoints.read_endpoints(str(file)).action
    assert isinstance(action, ActionEndpoint)
    assert (action.url, action.headers) == ("http://x", {"a": "b"})
    file.write_text("{}\n", encoding="utf-8")
    assert AvailableEndpoints.read_endpoints(str(file)).action is None
