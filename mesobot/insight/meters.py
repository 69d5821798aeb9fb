"""Metrics for Prometheus, served on loopback by each process of its own.

A process knows only what it did itself; nothing is added up across processes here, Prometheus does
that. Only what is read from the database is the same in every relay. No label tells who wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.engine import Engine

from mesobot.consultation.clock import Clock
from mesobot.consultation.encryption import Sealer
from mesobot.consultation.outbox import DeliveryKind, Outbox
from mesobot.consultation.request import State
from mesobot.consultation.tables import requests
from mesobot.consultation.transactions import DatabaseUnavailableError, reading
from mesobot.insight.outcome import Outcome

LOOPBACK = "127.0.0.1"
_BUCKETS = (0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds: an answer takes thirty milliseconds, a turn is given up after ten seconds."""
_log = structlog.get_logger()


class TurnMeters:
    """Of the process that answers patients."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register all of them."""
        self._turns = Counter(
            "mesobot_turns",
            "Messages of patients, by channel and what they got",
            ["channel", "kind"],
            registry=registry,
        )
        self._seconds = Histogram(
            "mesobot_turn_seconds",
            "From a message to its reply",
            ["channel"],
            buckets=_BUCKETS,
            registry=registry,
        )
        self._red_flags = Counter(
            "mesobot_red_flags",
            "Messages that were the first to speak of a danger",
            ["channel", "danger"],
            registry=registry,
        )
        self.web_sockets = Gauge(
            "mesobot_web_sockets", "Browsers that are connected to the chat", registry=registry
        )

    def turn(self, channel: str, outcome: Outcome, alarm: str | None, seconds: float) -> None:
        """Count one turn."""
        self._turns.labels(channel, outcome.value).inc()
        self._seconds.labels(channel).observe(seconds)
        if alarm:
            self._red_flags.labels(channel, alarm).inc()


class DeliveryMeters:
    """Of one relay: what it delivered."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register the counter."""
        self._deliveries = Counter(
            "mesobot_deliveries",
            "Attempts of this relay to deliver a message about a request",
            ["kind", "result"],
            registry=registry,
        )

    def delivery(self, kind: DeliveryKind, result: str) -> None:
        """Count one attempt; ``result`` is ``sent`` or the kind of problem."""
        self._deliveries.labels(kind.value, result).inc()


class StoreMeters(Collector):
    """How requests and their messages stand, asked of the database when somebody reads it."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        """Use a relay's database; the other relays report the same of it."""
        self._engine = engine
        self._outbox = Outbox(engine, Sealer(), clock)

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Nothing beforehand: registering must not ask the database."""
        return ()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The present figures, or only that there are none."""
        up = GaugeMetricFamily(
            "mesobot_requests_database_up", "Whether the database of the requests answers"
        )
        try:
            families = list(self._families())
        except DatabaseUnavailableError:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        yield from families

    def _families(self) -> Iterator[GaugeMetricFamily]:
        by_state = GaugeMetricFamily(
            "mesobot_requests", "Consultation requests by state", labels=["state"]
        )
        query = select(requests.c.state, func.count().label("number")).group_by(requests.c.state)
        with reading(self._engine) as connection:
            counts = {row.state: row.number for row in connection.execute(query)}
        for state in State:
            by_state.add_metric([state.value], counts.get(state, 0))
        yield by_state
        messages = GaugeMetricFamily(
            "mesobot_outbox", "Messages about requests by state", labels=["state"]
        )
        for delivery_state, number in self._outbox.counts().items():
            messages.add_metric([delivery_state.value], number)
        yield messages
        oldest = self._outbox.oldest_undelivered()
        yield GaugeMetricFamily(
            "mesobot_oldest_undelivered_seconds",
            "Age of the oldest message that has not arrived, 0 if there is none",
            value=oldest.total_seconds() if oldest else 0,
        )


def new_registry() -> CollectorRegistry:
    """A registry with memory and processor time of this process in it."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    return registry


def serve(port: int, registry: CollectorRegistry) -> None:
    """Serve the metrics on loopback, for as long as the process lives.

    A port that is taken stops nothing: answering patients is more important than counting them.
    """
    try:
        start_http_server(port, addr=LOOPBACK, registry=registry)
    except OSError as error:
        _log.error("metrics are not served", port=port, problem=type(error).__name__)
        return
    _log.info("metrics", address=f"http://{LOOPBACK}:{port}/metrics")
