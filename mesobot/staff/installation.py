"""What `mesobot doctor` looks at: this installation, or one that a test has made up."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mesobot import paths, training
from mesobot.consultation.clock import utc_now
from mesobot.consultation.environment import SettingsError
from mesobot.consultation.mail_settings import read_mail_settings
from mesobot.knowledge.clinic import Clinic, load_clinic
from mesobot.knowledge.source import ContentError


@dataclass(frozen=True)
class Installation:
    """An installation of Mesobot.

    Attributes:
        environment: its settings.
        clinic: folder of the clinic's content.
        data: folder of the dialogue data.
        state: folder of everything that is kept.
        model: the trained model.
        model_is_fresh: says whether it is the one that today's content would give.
        python: version that runs.
        free_bytes: says how much can still be written below a folder.
        now: with its time zone.
    """

    environment: Mapping[str, str]
    clinic: Path
    data: Path
    state: Path
    model: Path
    model_is_fresh: Callable[[], bool]
    python: tuple[int, int]
    free_bytes: Callable[[Path], int]
    now: datetime

    @property
    def clinic_file(self) -> Path:
        """Who the clinic is."""
        return self.clinic / "clinic.yml"

    def known_clinic(self) -> Clinic | None:
        """The clinic, or None if its file cannot be used."""
        try:
            return load_clinic(self.clinic_file, self.environment)
        except ContentError:
            return None

    def mails_are_caught(self) -> bool | None:
        """Whether mails reach nobody; None if the mail settings cannot be used."""
        try:
            return read_mail_settings(self.environment).caught
        except SettingsError:
            return None


def this_installation() -> Installation:
    """The one that runs."""
    return Installation(
        environment=os.environ,
        clinic=paths.CLINIC,
        data=paths.DATA,
        state=paths.STATE,
        model=paths.MODEL,
        model_is_fresh=training.is_up_to_date,
        python=(sys.version_info.major, sys.version_info.minor),
        free_bytes=_free_bytes,
        now=utc_now(),
    )


def _free_bytes(folder: Path) -> int:
    there = next(path for path in (folder, *folder.absolute().parents) if path.is_dir())
    return shutil.disk_usage(there).free
