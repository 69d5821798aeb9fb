"""``python -m mesobot`` is the same as ``mesobot``."""

from mesobot.cli import main

main()
