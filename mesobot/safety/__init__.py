"""Recognising danger. Imports neither Rasa nor anything else of ours but the YAML reader."""
