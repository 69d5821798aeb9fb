"""The demo pages, from a real Sanic."""

import asyncio
import http.client
import threading
from collections.abc import Callable, Iterator

import pytest
from sanic import Sanic

from mesobot.channels.web.configuration import read_settings
from mesobot.channels.web.pages import demo_pages
from mesobot.running import free_port

Got = tuple[int, http.client.HTTPMessage, bytes]
Get = Callable[[str], Got]


@pytest.fixture(scope="module")
def get(tmp_path_factory) -> Iterator[Get]:
    """Sanic allows for one application in a process that it has not started itself."""
    folder = tmp_path_factory.mktemp("site")
    pages = folder / "demo"
    (pages / "foreign").mkdir(parents=True)
    for name in ("index.html", "theming.html", "foreign/index.html", "demo.css"):
        (pages / name).write_text(f"this is {name}", encoding="utf-8")
    app = Sanic("demo", configure_logging=False)
    app.blueprint(demo_pages(read_settings({"MESOBOT_DEMO": "1"}, folder), pages))
    port, loop = free_port(), asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()

    async def start() -> None:
        server = await app.create_server("127.0.0.1", port, return_asyncio_server=True)
        assert server
        await server.startup()

    asyncio.run_coroutine_threadsafe(start(), loop).result(10)

    def fetch(path: str) -> Got:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()

    yield fetch
    loop.call_soon_threadsafe(loop.stop)


def test_the_front_page_has_a_strict_policy(get: Get) -> None:
    status, headers, body = get("/demo/")
    assert (status, body) == (200, b"this is index.html")
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")
    assert headers["Content-Type"] == "text/html; charset=utf-8"


def test_the_address_without_a_slash_leads_there(get: Get) -> None:
    status, headers, _ = get("/demo")
    assert (status, headers["Location"]) == (302, "/demo/")


@pytest.mark.parametrize("name", ["theming.html", "demo.css"])
def test_other_files_are_there(get: Get, name: str) -> None:
    assert get(f"/demo/{name}")[::2] == (200, f"this is {name}".encode())


@pytest.mark.parametrize("name", ["nothing.html", "foreign/index.html", "..%2fdemo%2findex.html"])
def test_everything_else_is_not(get: Get, name: str) -> None:
    status, headers, _ = get(f"/demo/{name}")
    assert status == 404
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
