"""Finds PostgreSQL, Redis and nginx, and as root installs them from the distribution."""

from __future__ import annotations

import fcntl
import functools
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mesobot import paths

_DEBIAN_POSTGRESQL = Path("/usr/lib/postgresql")
_PACKAGES = {"initdb": "postgresql", "redis-server": "redis-server", "nginx": "nginx-light"}
_SYSTEM = ("/usr/sbin", "/usr/local/sbin")


class MissingProgramError(RuntimeError):
    """A program is not installed; the text says how to get it."""


@functools.cache
def program(name: str) -> Path:
    """Where a program is.

    Args:
        name: ``initdb``, ``redis-server`` or ``nginx``.

    Raises:
        MissingProgramError: if it is not there and cannot be installed.
    """
    found = _find(name)
    if found is None and os.getuid() == 0 and shutil.which("apt-get"):
        with one_at_a_time("apt-get"):
            found = _find(name)  # another process may just have installed it
            if found is None:
                _install(_PACKAGES[name])
                found = _find(name)
    if found is None:
        package = _PACKAGES[name]
        raise MissingProgramError(
            f"{name} is not installed (Debian, Ubuntu: apt-get install {package})"
        )
    return found


@contextmanager
def one_at_a_time(what: str) -> Iterator[None]:
    """Wait while another process of this checkout installs the same."""
    file = paths.ROOT / ".cache" / f"{what}.lock"
    file.parent.mkdir(exist_ok=True)
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def unprivileged(folder: Path) -> str | None:
    """Whom to run as when this is root, who then owns that folder; None if this is not root."""
    if os.getuid() != 0:
        return None
    users = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in users else "nobody"
    shutil.chown(folder, user)
    return user


def _find(name: str) -> Path | None:
    path = os.pathsep.join((os.environ.get("PATH", ""), *_SYSTEM))
    on_path = shutil.which(name, path=path)
    if on_path:
        # PostgreSQL's other programs are where this one really is; Redis' name tells it what to be.
        return Path(on_path).resolve() if name == "initdb" else Path(on_path)
    versions = _DEBIAN_POSTGRESQL.glob(f"*/bin/{name}")
    return max(versions, key=lambda file: int(file.parts[-3]), default=None)


def _install(package: str) -> None:
    # A service of the distribution must not be started beside it: it would take the usual port.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", package]):
        line = ["apt-get", "-qq", *command]
        subprocess.run(line, check=False, env=environment, stdout=subprocess.DEVNULL)
