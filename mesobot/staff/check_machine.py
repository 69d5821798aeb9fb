"""`mesobot doctor`: Python, the trained model, the disk."""

from __future__ import annotations

import stat

from mesobot.staff.findings import Finding, fails, fine, note
from mesobot.staff.installation import Installation

_PYTHON = (3, 10)  # the only one that Rasa 3.6 and pyproject.toml allow
_FULL_BYTES, _SCARCE_BYTES = 100 * 1024**2, 1024**3
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def check_python(here: Installation) -> Finding:
    """Whether this is the Python that everything is made for."""
    version = ".".join(map(str, here.python))
    if here.python != _PYTHON:
        needed = ".".join(map(str, _PYTHON))
        return fails("Python", f"{version} cannot run Rasa.", f"`make run` sets up {needed}.")
    return fine("Python", f"{version}.")


def check_model(here: Installation) -> Finding:
    """Whether there is a model, made of today's content."""
    if not here.model.is_file():
        return fails("model", "The assistant is not trained yet.", "`make train`.")
    if not here.model_is_fresh():
        return note(
            "model",
            "Something changed since the assistant was trained; it answers as before.",
            "`make train`, then start it again.",
        )
    return fine("model", "Trained on today's content.")


def check_disk(here: Installation) -> Finding:
    """Whether there is room for requests, and only for the eyes of this user."""
    free = here.free_bytes(here.state)
    room = f"{free / 1024**3:.1f} GB are free where requests are kept."
    if free < _FULL_BYTES:
        return fails("disk", room, "Make room: requests soon cannot be saved.")
    if here.state.is_dir() and here.state.stat().st_mode & _OTHERS:
        return note("disk", f"Others may look into {here.state}.", f"chmod 700 {here.state}")
    if free < _SCARCE_BYTES:
        return note("disk", room, "Make room soon.")
    return fine("disk", room)
