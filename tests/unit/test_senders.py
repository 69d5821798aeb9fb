from itertools import permutations

from mesobot.channels.senders import RESERVED, WEB


def test_no_two_channels_name_the_same_sender() -> None:
    """Whoever a channel names begins with that channel, so a session is never a phone number."""
    assert WEB in RESERVED
    assert all(prefix.endswith(":") and prefix != ":" for prefix in RESERVED)
    assert not any(one.startswith(other) for one, other in permutations(RESERVED, 2))
