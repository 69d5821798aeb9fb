import pytest

from mesobot.channels.rest import RequestError, read_request


def test_a_good_request() -> None:
    assert read_request(b'{"sender": "me", "message": "hi"}') == ("me", "hi")


def test_an_empty_message_is_a_message() -> None:
    assert read_request(b'{"sender": "me", "message": ""}') == ("me", "")


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"", "no valid JSON"),
        (b"{", "no valid JSON"),
        (b"\xff\xfe", "no valid JSON"),
        (b"[1]", "Send a JSON object"),
        (b'{"message": "hi"}', "'sender' must name"),
        (b'{"sender": null, "message": "hi"}', "'sender' must name"),
        (b'{"sender": "", "message": "hi"}', "'sender' must name"),
        (b'{"sender": "a b", "message": "hi"}', "'sender' must name"),
        (b'{"sender": "web:0123", "message": "hi"}', "begin like one of another"),
        (b'{"sender": "me"}', "'message' must be a text"),
        (b'{"sender": "me", "message": 7}', "'message' must be a text"),
        (b'{"sender": "me", "message": "' + b"x" * 70_000 + b'"}', "larger than 64 KB"),
        (b"[" * 50_000, "no valid JSON"),
    ],
)
def test_a_bad_request_is_explained(body: bytes, complaint: str) -> None:
    with pytest.raises(RequestError, match=complaint):
        read_request(body)
