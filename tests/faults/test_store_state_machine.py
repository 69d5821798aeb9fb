"""Everything that can happen to the store, in any order, on SQLite and on PostgreSQL.

Requests are handed in and again, messages claimed, sent, marked, postponed and given up; senders
crash; the clock moves; the store is closed and opened; requests are closed, erased and purged.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import delete

from mesobot.consultation.database import open_database
from mesobot.consultation.outbox import Delivery
from mesobot.consultation.request import DeliveryKind, DeliveryState, State, Way
from mesobot.consultation.service import WrongStateError
from mesobot.consultation.tables import requests
from mesobot.consultation.transactions import writing
from tests.postgresql import new_database
from tests.unit.consultation.requests import HandClock, Store, a_request, clinic_and_patient

_LEASE = timedelta(seconds=120)
_KEPT_FOR = timedelta(days=30)
_LIVE = {DeliveryState.WAITING, DeliveryState.DEAD}
_Form = tuple[str, str, Way]

forms = st.tuples(st.sampled_from(["web-1", "web-2"]), st.sampled_from("123"), st.sampled_from(Way))


class StoreMachine(RuleBasedStateMachine):
    """The store beside a model of what it was told."""

    url: str

    def __init__(self) -> None:
        super().__init__()
        self.clock = HandClock()
        self.open()
        # What was acknowledged and not erased since.
        self.references: dict[_Form, str] = {}
        self.erased: set[str] = set()
        self.purged: set[str] = set()
        self.closed: set[str] = set()
        # What senders hold, crashed ones too: whoever claimed a message last may mark it.
        self.held: list[Delivery] = []
        self.owner: dict[int, str] = {}
        self.dead: dict[int, str] = {}
        self.went_out: dict[tuple[str, DeliveryKind], list[str]] = defaultdict(list)
        self.kinds: dict[str, set[DeliveryKind]] = {}

    def open(self) -> None:
        self.store = Store(open_database(self.url), None, self.clock)

    @rule(form=forms)
    def submit(self, form: _Form) -> None:
        conversation, number, way = form
        request = a_request(conversation=conversation, form=number, way=way)
        receipt = self.store.service.submit(request)
        assert receipt.repeated == (form in self.references)
        known = self.references.setdefault(form, receipt.reference)
        assert receipt.reference == known
        self.kinds[known] = set(clinic_and_patient(request))

    @rule(limit=st.integers(1, 3))
    def claim(self, limit: int) -> None:
        deliveries = self.store.outbox.claim(limit, _LEASE)
        for delivery in deliveries:
            assert delivery.reference in self.references.values()
            assert delivery.id not in self.dead
            self.owner[delivery.id] = delivery.lease
        self.held += deliveries

    @precondition(lambda self: self.held)
    @rule(index=st.integers(0, 99), marked=st.booleans())
    def send(self, index: int, marked: bool) -> None:
        """Send a message and mark it, or crash before."""
        delivery = self.let_go(index)
        self.went_out[delivery.reference, delivery.kind].append(delivery.message_id)
        if marked:
            assert self.store.outbox.sent(delivery) == self.owns(delivery)

    @precondition(lambda self: self.held)
    @rule(index=st.integers(0, 99))
    def crash_before_sending(self, index: int) -> None:
        self.let_go(index)

    @precondition(lambda self: self.held)
    @rule(index=st.integers(0, 99), minutes=st.integers(0, 60))
    def postpone(self, index: int, minutes: int) -> None:
        delivery = self.let_go(index)
        due = self.clock.now + timedelta(minutes=minutes)
        assert self.store.outbox.retry_at(delivery, due, "451 busy") == self.owns(delivery)

    @precondition(lambda self: self.held)
    @rule(index=st.integers(0, 99))
    def give_up(self, index: int) -> None:
        delivery = self.let_go(index)
        owned = self.owns(delivery)
        assert self.store.outbox.give_up(delivery, "550 no such user") == owned
        if owned:
            self.dead[delivery.id] = delivery.reference

    @precondition(lambda self: self.references)
    @rule(data=st.data())
    def revive(self, data: st.DataObject) -> None:
        reference = self.any_of(data)
        mine = [message for message, owner in self.dead.items() if owner == reference]
        assert self.store.service.retry(reference) == len(mine)
        for message in mine:
            del self.dead[message]

    @rule(seconds=st.integers(1, 300))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds=seconds)

    @rule(hours=st.sampled_from([-1, 1]))
    def clock_jumps(self, hours: int) -> None:
        self.clock.advance(hours=hours)

    @rule()
    def restart(self) -> None:
        self.store.engine.dispose()
        self.open()

    @precondition(lambda self: self.references)
    @rule(data=st.data(), step=st.sampled_from(["claim", "contacted", "close"]))
    def staff_act(self, data: st.DataObject, step: str) -> None:
        reference = self.any_of(data)
        allowed = step == "close" or reference not in self.closed
        try:
            getattr(self.store.service, step)(reference, "Deniz")
        except WrongStateError:
            assert not allowed or step == "claim"  # contacted already
        else:
            assert allowed
            self.closed |= {reference} if step == "close" else set()

    @precondition(lambda self: self.references)
    @rule(data=st.data())
    def erase(self, data: st.DataObject) -> None:
        reference = self.any_of(data)
        assert self.store.privacy.erase(reference, "Deniz").references == (reference,)
        self.forget({reference})

    @rule(conversation=st.sampled_from(["web-1", "web-2"]))
    def erase_conversation(self, conversation: str) -> None:
        theirs = {ref for form, ref in self.references.items() if form[0] == conversation}
        assert set(self.store.privacy.erase_conversation(conversation).references) == theirs
        self.forget(theirs)

    @rule(days=st.sampled_from([1, 31]))
    def purge(self, days: int) -> None:
        self.clock.advance(days=days)
        before = {r.reference: r for r in self.store.service.list()}
        old = {
            reference
            for reference, request in before.items()
            if request.updated_at < self.clock.now - _KEPT_FOR
            and (reference in self.closed or reference in self.erased)
        }
        assert self.store.privacy.purge(_KEPT_FOR) == len(old)
        self.purged |= old
        self.erased -= old
        self.forget(old, erased=False)

    @invariant()
    def what_was_acknowledged_is_stored_once_with_one_message_of_each_kind(self) -> None:
        stored = {request.reference: request for request in self.store.service.list()}
        assert set(stored) == {*self.references.values()} | self.erased
        for reference in self.references.values():
            assert stored[reference].name == "Ada Lovelace"
            assert stored[reference].state is not State.ERASED
            kinds = [delivery.kind for delivery in stored[reference].deliveries]
            assert sorted(kinds) == sorted(self.kinds[reference])
        for reference in self.erased:
            assert (stored[reference].state, stored[reference].name) == (State.ERASED, "")
            assert not {delivery.state for delivery in stored[reference].deliveries} & _LIVE

    @invariant()
    def no_age_is_negative(self) -> None:
        oldest = self.store.outbox.oldest_undelivered()
        assert oldest is None or oldest >= timedelta(0)

    def teardown(self) -> None:
        """In the end every message has been sent, each with one Message-ID."""
        try:
            self.drain()
        finally:
            with writing(self.store.engine) as connection:  # the next example begins with nothing
                connection.execute(delete(requests))
            self.store.engine.dispose()

    def drain(self) -> None:
        self.clock.advance(days=3)  # after every lease, however far the clock was set back
        for reference in self.references.values():
            self.store.service.retry(reference)
        while deliveries := self.store.outbox.claim(limit=10):
            for delivery in deliveries:
                self.went_out[delivery.reference, delivery.kind].append(delivery.message_id)
                assert self.store.outbox.sent(delivery)
        for reference in self.references.values():
            for kind in self.kinds[reference]:
                assert len(set(self.went_out[reference, kind])) == 1
        every_id = [set(ids).pop() for ids in self.went_out.values() if ids]
        assert len(set(every_id)) == len(every_id)
        counts = self.store.outbox.counts()
        assert counts[DeliveryState.WAITING] == counts[DeliveryState.DEAD] == 0

    def let_go(self, index: int) -> Delivery:
        return self.held.pop(index % len(self.held))

    def owns(self, delivery: Delivery) -> bool:
        """Whether it may still be marked, which it then is."""
        owned = self.owner.get(delivery.id) == delivery.lease
        if owned:
            del self.owner[delivery.id]
        return owned and delivery.reference in self.references.values()

    def any_of(self, data: st.DataObject) -> str:
        # (By form: references are random, and examples must not depend on them.)
        return self.references[data.draw(st.sampled_from(sorted(self.references)))]

    def forget(self, references: set[str], erased: bool = True) -> None:
        self.references = {f: ref for f, ref in self.references.items() if ref not in references}
        self.dead = {message: ref for message, ref in self.dead.items() if ref not in references}
        self.closed -= references
        if erased:
            self.erased |= references


class OnSqlite(StoreMachine):
    """In a file."""


class OnPostgresql(StoreMachine):
    """In a database of its own."""


@pytest.fixture(scope="module", autouse=True)
def _in_memory() -> Iterator[None]:
    """A file that costs no time to write to a disk: nothing loses its power in here."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        OnSqlite.url = f"sqlite:///{folder}/requests.db"
        yield


@pytest.fixture
def _postgresql() -> None:
    OnPostgresql.url = new_database()


EXAMPLES = settings(
    max_examples=200,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
TestOnSqlite = OnSqlite.TestCase
TestOnSqlite.settings = settings(EXAMPLES, stateful_step_count=30)
TestOnPostgresql = pytest.mark.usefixtures("_postgresql")(OnPostgresql.TestCase)
# Half as long: each statement goes over a socket, which takes most of the time.
TestOnPostgresql.settings = settings(EXAMPLES, stateful_step_count=15)
