"""When one way to the clinic fails, the clinic is told of the request by the other one."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import insert, select
from sqlalchemy.engine import Engine

from mesobot.consultation.clock import Clock
from mesobot.consultation.outbox import RELAY, Delivery
from mesobot.consultation.records import new_message, record
from mesobot.consultation.request import DeliveryKind, State
from mesobot.consultation.tables import outbox, requests
from mesobot.consultation.transactions import writing


class OtherChannel:
    """Adds the message that a request has not had yet.

    Args:
        engine: from ``open_database``.
        clock: gives the present moment.
        configured: kinds that can be delivered at all.
    """

    def __init__(self, engine: Engine, clock: Clock, configured: Collection[DeliveryKind]) -> None:
        self._engine = engine
        self._clock = clock
        self._kinds = [kind for kind in configured if kind.to_clinic]

    def __call__(self, delivery: Delivery) -> DeliveryKind | None:
        """Put a message of another kind into the outbox, once for each request.

        Returns:
            Its kind; None if the patient was the addressee, if the request has a message of
            every configured kind, or if nobody needs to be told any more.

        Raises:
            DatabaseUnavailableError: if the database failed.
        """
        others = [kind for kind in self._kinds if kind is not delivery.kind]
        if not delivery.kind.to_clinic or not others:
            return None
        with writing(self._engine) as connection:
            this = select(requests).where(requests.c.reference == delivery.reference)
            request = connection.execute(this.with_for_update()).one()
            theirs = select(outbox.c.kind).where(outbox.c.request_id == request.id)
            known = set(connection.execute(theirs).scalars())
            kind = next((kind for kind in others if kind not in known), None)
            if kind is None or request.state in (State.CLOSED, State.ERASED):
                return None
            now = self._clock()
            connection.execute(insert(outbox).values(new_message(request.id, kind, now)))
            record(connection, request.id, now, "other channel", RELAY, kind.value)
        return kind
