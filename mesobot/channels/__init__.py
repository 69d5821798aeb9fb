"""Channels: how messages reach the assistant and replies leave it."""
