"""This assistant and a stock Rasa bot, side by side on one machine in one run (docs/benchmarks.md)."""
