"""What is wrong with the settings of the web channel, in a sentence."""

from __future__ import annotations


class WebSettingsError(ValueError):
    """A setting cannot be used; the text names the variable and says what to do."""
