import io

import pytest

from mesobot.evaluation.replay import BadLine, ReplayConversation, read_conversations


def test_good_lines_and_blank_lines() -> None:
    source = io.StringIO('{"id": "c1", "turns": ["a", ""]}\n\n{"id": 2, "turns": ["b"]}\n')
    assert list(read_conversations(source)) == [
        ReplayConversation("c1", ("a", "")),
        ReplayConversation("2", ("b",)),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("nonsense", "no valid JSON"),
        ("[]", "not an object"),
        ('{"turns": ["a"]}', "'id' must be"),
        ('{"id": true, "turns": ["a"]}', "'id' must be"),
        ('{"id": "c"}', "'turns' must be"),
        ('{"id": "c", "turns": []}', "'turns' must be"),
        ('{"id": "c", "turns": "a"}', "'turns' must be"),
        ('{"id": "c", "turns": [1]}', "'turns' must be"),
    ],
)
def test_a_bad_line_is_reported_with_its_number_and_skipped(line: str, reason: str) -> None:
    source = io.StringIO(
        '{"id": "c1", "turns": ["a"]}\n' + line + "\n" + '{"id": "c3", "turns": ["b"]}\n'
    )
    first, bad, last = read_conversations(source)
    assert isinstance(bad, BadLine)
    assert bad.number == 2
    assert reason in bad.reason
    assert isinstance(first, ReplayConversation)
    assert isinstance(last, ReplayConversation)
