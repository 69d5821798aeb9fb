"""HTTP beside the socket."""

import json
import urllib.error
import urllib.request

import pytest

from tests.web.conftest import SITE, WebServer


def get(web: WebServer, path: str, **headers: str):
    request = urllib.request.Request(f"http://127.0.0.1:{web.port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def test_it_says_that_it_is_well(web: WebServer) -> None:
    status, _, body = get(web, "/chat/")
    assert (status, json.loads(body)) == (200, {"status": "ok"})


def test_public_facts_are_read_by_allowed_pages_only(web: WebServer) -> None:
    _, headers, body = get(web, "/chat/config", Origin=SITE)
    facts = json.loads(body)
    assert (facts["protocol"], facts["emergency_number"]) == (1, "112")
    assert facts["longest_message"] == 1000
    assert headers["Access-Control-Allow-Origin"] == SITE
    _, headers, _ = get(web, "/chat/config", Origin="https://evil.example")
    assert "Access-Control-Allow-Origin" not in headers


def test_a_page_that_is_not_listed_shows_up_in_the_log_once(web: WebServer) -> None:
    """Its browser does not run the script, so the owner sees no button and no reason."""
    for _ in range(2):
        _, headers, _ = get(web, "/chat/mesobot.js", Origin="https://unlisted.example")
        assert "Access-Control-Allow-Origin" not in headers
    log = web.log.read_text(encoding="utf-8", errors="replace")
    (line,) = [line for line in log.splitlines() if "unlisted.example" in line]
    assert "web.origin_refused" in line
    assert "MESOBOT_WEB_ORIGINS" in line


@pytest.mark.parametrize(
    "path",
    ["/webhooks/rest/", "/demo/", "/demo/index.html", "/conversations/x/tracker", "/model/parse"],
)
def test_a_public_server_has_nothing_else(web: WebServer, path: str) -> None:
    assert get(web, path)[0] == 404


@pytest.mark.parametrize(
    "name", ["../mesobot.js", "..%2f..%2fpackage.json", ".env", "%2e%2e/x.js", "x.js%00", "a//b.js"]
)
def test_no_file_outside_the_bundle_is_served(web: WebServer, name: str) -> None:
    assert get(web, f"/chat/assets/{name}")[0] in (400, 404)


def test_the_policy_of_what_is_no_page_allows_nothing(web: WebServer) -> None:
    _, headers, _ = get(web, "/chat/config")
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_nothing_that_was_typed_is_in_the_log(web: WebServer) -> None:
    log = web.log.read_text(encoding="utf-8", errors="replace")
    assert "Rasa server is up" in log
    for typed in ("does it hurt", "throat", "appointment", "zebrafink", "ottokar", "half a pair"):
        assert typed not in log.lower()
