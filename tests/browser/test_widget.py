"""The widget on its own: types, unit tests, and the committed bundle."""

from __future__ import annotations

import pytest

from tests.browser.conftest import WIDGET, Run


@pytest.mark.parametrize("script", ["types", "test", "check:dist"])
def test_the_widget_is_whole(run: Run, script: str) -> None:
    """``check:dist`` builds anew, compares with what is committed, and weighs it."""
    run("npm", "run", script, folder=WIDGET)
