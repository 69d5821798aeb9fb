"""Mesobot: the FAQ assistant of a mesotherapy clinic."""
