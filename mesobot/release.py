"""Releases: copies of everything that an editor's change can alter, one of which is current.

``releases/current`` is a link; the servers read from there (``MESOBOT_RELEASE``), so work in the
project's folder changes nothing for patients, and going back is setting the link back.
"""

from __future__ import annotations

import hashlib
import shutil
from datetime import datetime, timezone
from pathlib import Path

from mesobot.seal import check_seal, write_seal

CURRENT = "current"
KEPT = 5
"""Releases that stay on the disk, the current one among them."""
_REFUSED = ".refused-"
_RELEASED = (
    *("config.yml", "domain.yml", "endpoints.yml", "credentials.public.yml"),
    *("clinic", "data", "models", "build/nlu", "widget/dist"),
)


def make_release(project: Path, releases: Path, key: bytes = b"") -> Path:
    """Copy what is to be published into a folder of its own, and seal it.

    Args:
        project: where it was trained.
        releases: folder of all releases.
        key: signs the seal.

    Raises:
        BrokenSealError: if something is not as the training left it.
    """
    check_seal(project)
    now = datetime.now(timezone.utc).strftime("%Y%m%d-%H%M%S")
    draft = releases / f".{now}"
    for name in _RELEASED:
        source, target = project / name, draft / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy2(source, target)
    write_seal(draft, key)
    check_seal(draft, key)
    mark = hashlib.sha256((draft / "models" / "seal.json").read_bytes()).hexdigest()[:8]
    return draft.rename(releases / f"{now}-{mark}")


def current(releases: Path) -> Path | None:
    """The release that is served, or None before the first one."""
    link = releases / CURRENT
    return link.resolve() if link.exists() else None


def make_current(releases: Path, release: Path) -> None:
    """Let the link name that release, from one moment to the next."""
    link = releases / f".{CURRENT}"
    link.unlink(missing_ok=True)
    link.symlink_to(release.name)
    link.replace(releases / CURRENT)


def before(releases: Path) -> Path | None:
    """The release before the current one, or None if there is none."""
    now = current(releases)
    older = [each for each in _all(releases) if now and each.name < now.name]
    return older[-1] if older else None


def set_aside(release: Path) -> None:
    """Keep a release that was not taken for whoever wants to know why, and never go back to it."""
    for older in release.parent.glob(f"{_REFUSED}*"):
        shutil.rmtree(older)
    release.rename(release.with_name(_REFUSED + release.name))


def tidy(releases: Path) -> None:
    """Remove the oldest releases, never the current one."""
    now = current(releases)
    for old in _all(releases)[:-KEPT]:
        if old != now:
            shutil.rmtree(old)


def _all(releases: Path) -> list[Path]:
    """Oldest first."""
    return sorted(
        path
        for path in releases.iterdir()
        if path.is_dir() and not path.is_symlink() and not path.name.startswith(".")
    )
