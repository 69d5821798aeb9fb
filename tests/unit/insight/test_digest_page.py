"""The page, the mail and the advice of a digest."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from email.headerregistry import Address
from html.parser import HTMLParser

import pytest

from mesobot.consultation.delivery.problems import PermanentProblem
from mesobot.insight.advice import advice_for
from mesobot.insight.chats import chat_figures
from mesobot.insight.digest import Digest
from mesobot.insight.letter import digest_letter
from mesobot.insight.outcome import Outcome
from mesobot.insight.page import digest_page
from mesobot.insight.period import Period
from tests.unit.insight.digests import HOSTILE, MADE_AT, WEEK, a_digest, missed, requests, turns
from tests.unit.insight.said import turn


class Page(HTMLParser):
    """The words of a page, its elements and their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data.split()

    @property
    def text(self) -> str:
        return " ".join(self.words)


def test_the_page_says_what_the_figures_are() -> None:
    text = Page(digest_page(a_digest())).text
    assert "16 – 22 November 2026" in text
    assert "31 conversations" in text
    assert "67 % of questions answered" in text
    assert "10 questions without an answer" in text
    assert "3 consultation requests as many as before (3)" in text
    assert "Whether it hurts 20" in text
    assert "Personal crisis 1" in text
    assert "waited no longer than 25 minutes" in text
    assert "4 questions were asked by fewer people" in text
    assert "Of the conversations, 31 through the website." in text


def test_it_needs_nothing_else_and_runs_nothing() -> None:
    html = digest_page(a_digest())
    page = Page(html)
    assert {tag for tag, _ in page.elements} & {"script", "link", "img", "iframe", "a"} == set()
    assert not [a for _, attrs in page.elements for a in attrs if a.startswith("on") or a == "src"]
    assert "url(" not in html
    assert "http" not in re.sub(r"http-equiv", "", html)


def test_what_patients_typed_is_text() -> None:
    html = digest_page(a_digest())
    assert "<script>" not in html
    assert HOSTILE.replace("“", "").split()[0].replace("<", "&lt;").replace(">", "&gt;") in html
    assert "The clinic <in>" not in html


def test_lines_stand_as_they_are_pasted() -> None:
    html = digest_page(a_digest())
    assert "<pre>      - where can i park\n</pre>" in html
    assert "clinic/facts.yml" in html
    assert "data/faq/pain.yml" in html


def test_every_chart_has_a_name_and_the_same_figures_as_a_table() -> None:
    html = digest_page(a_digest())
    charts = [attrs for tag, attrs in Page(html).elements if tag == "svg"]
    assert all(a.get("role") == "img" or a.get("aria-hidden") == "true" for a in charts)
    assert html.count('role="img"><title>') == html.count("The same as a table") == 2


def test_an_empty_week_is_a_page_too() -> None:
    nothing = Period(WEEK.first, 7, WEEK.zone)
    digest = a_digest(
        chats=chat_figures([], nothing),
        chats_before=None,
        requests=requests(states={}, waits={}, median_wait=None, longest_open=None),
        missed=missed([], alone=0),
    )
    text = Page(digest_page(digest)).text
    assert "0 conversations" in text
    assert "– of questions answered" in text
    assert "Every question got an answer" in text
    assert "Nobody wrote." in text


def test_a_period_that_is_not_over_or_not_kept_says_so() -> None:
    running = a_digest(made_at=WEEK.since + timedelta(days=2))
    assert "not over yet" in Page(digest_page(running)).text
    old = a_digest(made_at=WEEK.since + timedelta(days=40))
    assert "erased after 30 days, so its first days are missing" in Page(digest_page(old)).text
    assert "not over yet" not in Page(digest_page(a_digest())).text


def test_figures_as_json() -> None:
    plain = json.loads(json.dumps(a_digest().as_json()))
    assert plain["period"] == {"name": "2026-W47", "first": "2026-11-16", "last": "2026-11-22"}
    assert plain["chats"]["outcomes"]["answered"] == 20
    assert plain["requests"]["median_wait"] == 1500
    assert plain["missed"]["groups"][0]["wordings"][0]["line"] == "where can i park"


def advice(digest: Digest) -> list[str]:
    return [each.what for each in advice_for(digest)]


def test_advice_names_what_waits_the_urgent_first() -> None:
    waiting = requests(undelivered=2, longest_open=timedelta(days=3))
    found = advice_for(a_digest(requests=waiting))
    assert [each.urgent for each in found] == [True, True, False, False]
    assert found[0].what == "The clinic has not been told of 2 requests."
    assert found[1].what == "1 patient is still without an answer, the first for 3 days."
    assert found[3].what == "2 questions came from several people and got no answer."


def test_advice_on_a_fall_of_the_share_answered_needs_enough_questions() -> None:
    all_answered = [turn(f"a{n}", at=WEEK.before.since) for n in range(20)]
    before = chat_figures(all_answered, WEEK.before)
    assert "Fewer questions were answered: 67 % after 100 %." in advice(
        a_digest(chats_before=before)
    )
    few = chat_figures(all_answered[:19], WEEK.before)
    assert not [what for what in advice(a_digest(chats_before=few)) if "Fewer" in what]


def test_advice_on_silence_and_on_languages() -> None:
    said = [*turns(), turn(outcome=Outcome.NO_REPLY, at=WEEK.since)]
    said += [turn(outcome=Outcome.OTHER_LANGUAGE, language="tr", at=WEEK.since)] * 3
    found = advice(a_digest(chats=chat_figures(said, WEEK)))
    assert "1 message got no reply of the dialogue, only the contacts." in found
    assert "3 messages in Turkish." in found


def letter(digest: Digest, to: str = "staff@clinic.com.tr") -> object:
    sender = Address("Assistant", "assistant", "clinic.com.tr")
    return digest_letter(digest, message_id="<digest-1@mesobot>", sender=sender, to=to, now=MADE_AT)


def test_the_mail_brings_main_figures_and_the_page() -> None:
    mail = letter(a_digest())
    assert mail["Subject"] == "What patients asked, 16 – 22 November 2026"
    assert (mail["To"], mail["Message-ID"]) == ("staff@clinic.com.tr", "<digest-1@mesobot>")
    body = mail.get_body(("plain",)).get_content()
    assert "Questions answered:    67 % of 30" in body
    assert "mesobot conversations list --red-flags" in body
    assert "where can i park" not in body
    (page,) = mail.iter_attachments()
    assert page.get_filename() == "digest-2026-W47.html"
    assert "where can i park" in page.get_content()


def test_a_recipient_that_cannot_stand_in_a_header_is_refused() -> None:
    with pytest.raises(PermanentProblem):
        letter(a_digest(), to="staff@clinic.com\nBcc: x@y.z")
