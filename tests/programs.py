"""Programs that some tests need: without them they are skipped, where CI is set they fail."""

from __future__ import annotations

import os

import pytest

from deploy.rehearsal.programs import MissingProgramError, program


def needed(*names: str) -> None:
    """Skip the test, or fail, if one of these programs cannot be had."""
    for name in names:
        try:
            program(name)
        except MissingProgramError as missing:
            if os.environ.get("CI"):
                pytest.fail(str(missing))
            pytest.skip(str(missing))
