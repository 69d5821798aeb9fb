"""Measuring the assistant: replay of conversations, scores, benchmarks."""
