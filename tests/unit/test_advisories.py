"""The reviewed advisories are about the versions that are installed."""

from __future__ import annotations

import re
from datetime import date

import pytest
import yaml

from mesobot import paths

REVIEW = yaml.safe_load((paths.ROOT / "security" / "advisories.yml").read_text(encoding="utf-8"))
ADVISORIES = REVIEW["advisories"]
LOCK = (paths.ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8")
PINS = dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", LOCK, re.MULTILINE))


@pytest.mark.parametrize("entry", ADVISORIES, ids=lambda entry: f"{entry['package']}-{entry['id']}")
def test_a_row_is_about_what_is_in_the_lock(entry: dict[str, object]) -> None:
    assert PINS[str(entry["package"])] == str(entry["pin"]), "look at this row again"
    assert re.fullmatch(r"CVE-\d{4}-\d{4,}|GHSA(-[a-z0-9]{4}){3}|PYSEC-\d{4}-\d+", str(entry["id"]))
    assert entry["reach"] in ("none", "build", "limited")
    assert entry["what"]
    assert entry["why"]
    assert entry["fixed_in"]


def test_no_row_stands_there_twice() -> None:
    names = [(entry["package"], entry["id"]) for entry in ADVISORIES]
    assert len(names) == len(set(names))


def test_the_review_says_when_and_from_what_it_was_made() -> None:
    assert isinstance(REVIEW["reviewed"], date)
    assert REVIEW["reviewed"] < REVIEW["review_by"]
    assert REVIEW["source"]
