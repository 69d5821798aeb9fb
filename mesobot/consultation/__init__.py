"""Consultation requests: kept, delivered to the clinic, and forgotten when asked (no Rasa here)."""
