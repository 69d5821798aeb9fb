"""Rasa actions, one per file: read the tracker, call mesobot, return events."""
