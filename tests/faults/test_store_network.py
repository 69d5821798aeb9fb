"""F15: PostgreSQL is slow to answer, or the connection breaks in the middle of a commit."""

import time
from collections.abc import Iterator

import pytest
from sqlalchemy.engine import make_url

from mesobot.consultation.database import open_database
from mesobot.consultation.service import NotSavedError
from tests.faults.proxy import Proxy
from tests.faults.test_store_killed_writer import wrong
from tests.unit.consultation.requests import Store, a_request

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def proxy(database_url: str) -> Iterator[Proxy]:
    proxy = Proxy(make_url(database_url).port)
    yield proxy
    proxy.close()


@pytest.fixture
def remote(database_url: str, proxy: Proxy) -> Iterator[Store]:
    store = Store(open_database(make_url(database_url).set(port=proxy.port).render_as_string()))
    yield store
    store.engine.dispose()


def test_a_commit_whose_answer_got_lost_is_found_by_handing_in_again(
    proxy: Proxy, remote: Store
) -> None:
    proxy.breaks_at = b"COMMIT"
    with pytest.raises(NotSavedError):
        remote.submit()
    proxy.breaks_at = None
    deadline = time.monotonic() + 5
    while not remote.service.list() and time.monotonic() < deadline:
        time.sleep(0.01)  # until the server has done it
    receipt = remote.service.submit(a_request())
    assert receipt.repeated
    assert [request.reference for request in remote.service.list()] == [receipt.reference]
    assert wrong(remote) == {}


def test_a_connection_that_breaks_before_the_commit_leaves_nothing_behind(
    proxy: Proxy, remote: Store
) -> None:
    proxy.breaks_at = b"INSERT INTO audit"
    with pytest.raises(NotSavedError):
        remote.submit()
    proxy.breaks_at = None
    assert remote.service.list() == []
    assert not remote.service.submit(a_request()).repeated


def test_an_answer_that_takes_three_seconds_is_too_late_but_doubles_nothing(
    proxy: Proxy, remote: Store
) -> None:
    proxy.delay = 3
    start = time.monotonic()
    with pytest.raises(NotSavedError):
        remote.submit()
    assert time.monotonic() - start < 5
    proxy.delay = 0
    reference = remote.submit()
    assert remote.submit() == reference
    assert len(remote.service.list()) == 1
