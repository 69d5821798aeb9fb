"""The mail that brings a digest: its main figures in the body, the page with it as a file.

Mail programs show neither SVG nor style sheets reliably, so the page itself is attached.
"""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage

from mesobot.consultation.delivery.letter import Entry, fill, new_letter
from mesobot.insight.advice import advice_for
from mesobot.insight.digest import Digest
from mesobot.insight.page import digest_page
from mesobot.insight.phrases import change, percent

FEWEST_IN_MAILS = 3
"""People who must have asked something before a mail quotes it: one more than on a page that stays
on this machine, since what has reached a mailbox cannot be erased with the conversation."""


def digest_letter(
    digest: Digest, *, message_id: str, sender: Address, to: str, now: datetime
) -> EmailMessage:
    """The mail.

    Args:
        digest: made with ``FEWEST_IN_MAILS``.
        message_id: the same in each attempt.
        sender: where it comes from.
        to: address of the recipient.
        now: present moment.

    Raises:
        PermanentProblem: if something cannot stand in a header.
    """
    message = new_letter(message_id, sender, digest.clinic, to, now)
    message["Subject"] = f"What patients asked, {digest.period.in_words}"
    todo = [
        " ".join(filter(None, (each.what, each.step, each.command))) for each in advice_for(digest)
    ]
    fill(
        message,
        [f"What patients asked the assistant, {digest.period.in_words}."],
        _entries(digest),
        [
            "\n".join(["To do:", *todo] if todo else ["Nothing waits for anybody."]),
            "Charts, and the questions without an answer, are in the attached page: open it in any "
            "browser. It holds counts and masked questions; please keep it inside the clinic.",
        ],
    )
    page = digest_page(digest).encode()
    name = f"digest-{digest.period.name}.html"
    message.add_attachment(page, maintype="text", subtype="html", filename=name)
    return message


def _entries(digest: Digest) -> list[Entry]:
    now, before = digest.chats, digest.chats_before
    alarms = sum(now.alarms.values())

    def row(name: str, count: int, then: int | None) -> Entry:
        compared = change(count, then)
        return Entry(name, f"{count}, {compared}" if compared else str(count))

    return [
        row("Conversations", now.conversations, before.conversations if before else None),
        Entry("Questions answered", f"{percent(now.share_answered)} of {now.questions}"),
        row("Without an answer", now.unanswered, before.unanswered if before else None),
        row("Consultation requests", digest.requests.total, digest.requests_before.total),
        row("Red flags", alarms, sum(before.alarms.values()) if before else None),
    ]
