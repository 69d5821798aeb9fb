import base64
import json

import pytest

from mesobot.channels.web.tokens import LIFETIME, SessionTokens

KEY, OTHER = b"k" * 32, b"o" * 32


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(clock: Clock) -> SessionTokens:
    return SessionTokens([KEY], clock)


def test_a_token_says_whose_session_it_is(tokens: SessionTokens) -> None:
    session = tokens.new()
    assert tokens.read(tokens.sign(session)) == session
    assert session.expires - session.issued == LIFETIME


def test_two_sessions_are_never_the_same(tokens: SessionTokens) -> None:
    assert len({tokens.new().id for _ in range(100)}) == 100
    assert len(tokens.new().id) == 32  # 128 bits


def test_an_expired_token_counts_for_nothing(tokens: SessionTokens, clock: Clock) -> None:
    token = tokens.sign(tokens.new())
    clock.now += LIFETIME - 1
    assert tokens.read(token)
    clock.now += 1
    assert tokens.read(token) is None


def test_a_clock_that_goes_back_does_no_harm(tokens: SessionTokens, clock: Clock) -> None:
    session = tokens.new()
    clock.now -= 3600
    assert tokens.read(tokens.sign(session)) == session
    assert not tokens.is_due(session)


def test_another_key_signs_other_tokens(tokens: SessionTokens, clock: Clock) -> None:
    assert tokens.read(SessionTokens([OTHER], clock).sign(tokens.new())) is None


def test_after_a_change_of_key_old_tokens_are_still_read(
    tokens: SessionTokens, clock: Clock
) -> None:
    session = tokens.new()
    changed = SessionTokens([OTHER, KEY], clock)
    assert changed.read(tokens.sign(session)) == session
    assert tokens.read(changed.sign(session)) is None  # the new key signs


@pytest.mark.parametrize("change", [{"s": "0" * 32}, {"e": 2**40}, {"v": 2}])
def test_a_changed_payload_is_forged(tokens: SessionTokens, change: dict) -> None:
    payload, _, signature = tokens.sign(tokens.new()).partition(".")
    content = json.loads(base64.urlsafe_b64decode(payload + "=="))
    changed = base64.urlsafe_b64encode(json.dumps(content | change).encode()).decode()
    assert tokens.read(f"{changed.rstrip('=')}.{signature}") is None


def test_every_truncated_token_is_refused(tokens: SessionTokens) -> None:
    token = tokens.sign(tokens.new())
    assert all(tokens.read(token[:length]) is None for length in range(len(token)))
    assert all(tokens.read(token[start:]) is None for start in range(1, len(token)))


def test_every_token_with_one_letter_changed_is_refused(tokens: SessionTokens) -> None:
    token = tokens.sign(tokens.new())
    for index, letter in enumerate(token):
        changed = "A" if letter != "A" else "B"
        assert tokens.read(token[:index] + changed + token[index + 1 :]) is None


@pytest.mark.parametrize(
    "nonsense", [None, 7, True, b"x", [], {}, "", ".", "..", "ü.ü", "a" * 10_000, "null", "\ud800"]
)
def test_what_is_no_token_is_none(tokens: SessionTokens, nonsense: object) -> None:
    assert tokens.read(nonsense) is None


def test_a_token_is_renewed_after_a_day_for_the_same_session(
    tokens: SessionTokens, clock: Clock
) -> None:
    session = tokens.new()
    clock.now += 24 * 3600 - 1
    assert not tokens.is_due(session)
    clock.now += 2
    assert tokens.is_due(session)
    renewed = tokens.renewed(session.id)
    assert renewed.id == session.id
    assert renewed.expires == int(clock.now) + LIFETIME
    assert tokens.read(tokens.sign(session))  # another tab may still have it
