import pytest

from mesobot.channels.web.conversation import Said
from mesobot.channels.web.saying import last_seq_of, read_say
from mesobot.channels.web.texts import Refusal

ID = "5c102164-264f-498f-b221-b516debfcb18"


def test_a_message() -> None:
    assert read_say({"id": ID, "text": " hi "}) == Said(ID, "hi")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (None, Refusal.INVALID),
        ("hi", Refusal.INVALID),
        ({"text": "hi"}, Refusal.INVALID),
        ({"id": ID}, Refusal.INVALID),
        ({"id": ID, "text": 7}, Refusal.INVALID),
        ({"id": "x y z 1 2 3", "text": "hi"}, Refusal.INVALID),
        ({"id": f"{ID}\n", "text": "hi"}, Refusal.INVALID),
        ({"id": ID, "text": "\u200b"}, Refusal.EMPTY),
        ({"id": ID, "text": "x" * 4001}, Refusal.TOO_LONG),
        ({"id": ID, "text": " " * 4001}, Refusal.TOO_LONG),
    ],
)
def test_what_is_none(data: object, why: Refusal) -> None:
    assert read_say(data) is why


@pytest.mark.parametrize(
    ("auth", "seq"),
    [
        ({"last_seq": 7}, 7),
        ({"last_seq": -1}, 0),
        ({"last_seq": True}, 0),
        ({"last_seq": 2**31}, 0),
        ({"last_seq": "7"}, 0),
        ({"last_seq": 1.5}, 0),
        ({}, 0),
        (None, 0),
        ([], 0),
    ],
)
def test_the_last_place_that_a_browser_knows(auth: object, seq: int) -> None:
    assert last_seq_of(auth) == seq
