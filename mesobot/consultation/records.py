"""Rows of the tables as the objects that the rest of Mesobot knows, and the audit trail."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection, Row

from mesobot.consultation.encryption import Sealer
from mesobot.consultation.request import (
    DeliveryKind,
    DeliveryState,
    DeliveryStatus,
    RequestDetails,
    StoredRequest,
)
from mesobot.consultation.tables import audit, outbox


def record(  # noqa: PLR0917 - one for each column
    connection: Connection,
    request: int,
    at: datetime,
    action: str,
    actor: str,
    detail: str | None = None,
) -> None:
    """Write a line of the audit trail: who did what to which request, without personal data."""
    values = {"request_id": request, "at": at, "action": action, "actor": actor, "detail": detail}
    connection.execute(insert(audit).values(values))


def new_message(request: int, kind: DeliveryKind, at: datetime) -> dict[str, Any]:
    """A row of the outbox: a message of that kind about a request, due at once."""
    return {
        "request_id": request,
        "kind": kind,
        "state": DeliveryState.WAITING,
        "message_id": f"<{uuid.uuid4().hex}@mesobot>",
        "created_at": at,
        "attempts": 0,
    }


def details_of(row: Row, sealer: Sealer) -> RequestDetails:
    """What a message about the request is written from.

    Raises:
        SealedError: if it was encrypted with a key that is not there now.
    """
    return RequestDetails(**_details(row, sealer))


def stored_requests(
    connection: Connection, rows: Sequence[Row], sealer: Sealer
) -> list[StoredRequest]:
    """The requests of these rows, with how their messages stand.

    Raises:
        SealedError: if one was encrypted with a key that is not there now.
    """
    deliveries: dict[int, list[DeliveryStatus]] = defaultdict(list)
    theirs = outbox.c.request_id.in_([row.id for row in rows])
    for message in connection.execute(select(outbox).where(theirs).order_by(outbox.c.id)):
        status = DeliveryStatus(
            message.kind, message.state, message.attempts, message.last_problem, message.arrival
        )
        deliveries[message.request_id].append(status)
    return [
        StoredRequest(
            **_details(row, sealer),
            reference=row.reference,
            state=row.state,
            updated_at=row.updated_at,
            claimed_by=row.claimed_by,
            deliveries=tuple(deliveries[row.id]),
        )
        for row in rows
    ]


def _details(row: Row, sealer: Sealer) -> dict[str, Any]:
    return {
        "way": row.way,
        "name": sealer.unseal(row.name) if row.name else "",
        "contact": sealer.unseal(row.contact) if row.contact else "",
        "concern": row.concern or "",
        "preferred_time": row.preferred_time,
        "channel": row.channel,
        "created_at": row.created_at,
    }
