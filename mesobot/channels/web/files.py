"""Serves the files of a folder: the widget's bundle and the demo pages."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".md": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
_COMPRESSIBLE = (".html", ".js", ".css", ".json", ".svg")
_NAME = re.compile(r"(?:[\w-][\w.-]*/)*[\w-][\w.-]*", re.ASCII)

IMMUTABLE = "public, max-age=31536000, immutable"
"""For files whose name changes with their content."""
BRIEFLY = "public, max-age=300"
"""For the one file whose name stays; browsers then ask whether it changed."""


@dataclass(frozen=True)
class File:
    """A file in memory.

    Attributes:
        body: as it is.
        compressed: with gzip, or None where that saves nothing.
        kind: media type.
        tag: changes with the content.
    """

    body: bytes
    compressed: bytes | None
    kind: str
    tag: str


class Folder:
    """The files below a folder; read again when they change."""

    def __init__(self, path: Path) -> None:
        """The folder need not be there yet."""
        self._path = path
        self._kept: dict[str, tuple[tuple[int, int], File]] = {}

    def find(self, name: str) -> File | None:
        """A file by its name below the folder; None if there is none, or it may not be served."""
        path = self._path / name
        if not _NAME.fullmatch(name) or path.suffix not in _TYPES or not path.is_file():
            return None
        status = path.stat()
        version = (status.st_mtime_ns, status.st_size)
        kept = self._kept.get(name)
        if kept and kept[0] == version:
            return kept[1]
        file = _file(path.read_bytes(), path.suffix)
        self._kept[name] = (version, file)
        return file


@dataclass(frozen=True)
class Answer:
    """What an HTTP server sends."""

    status: int
    body: bytes
    headers: dict[str, str]


def answer(
    file: File, request_headers: Mapping[str, str], caching: str, more: Mapping[str, str]
) -> Answer:
    """A file for a request, or "not modified".

    Args:
        file: what is asked for.
        request_headers: of the request; names in lower case.
        caching: for ``Cache-Control``.
        more: headers to send besides.
    """
    zipped = file.compressed is not None and "gzip" in request_headers.get("accept-encoding", "")
    vary = ", ".join(part for part in (more.get("Vary"), "Accept-Encoding") if part)
    tag = f'"{file.tag}-gz"' if zipped else f'"{file.tag}"'
    headers = {
        "Content-Type": file.kind,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": caching,
        "ETag": tag,
        **more,
        "Vary": vary,
    }
    if tag in [each.strip() for each in request_headers.get("if-none-match", "").split(",")]:
        return Answer(304, b"", headers)
    if zipped and file.compressed is not None:
        return Answer(200, file.compressed, {**headers, "Content-Encoding": "gzip"})
    return Answer(200, file.body, headers)


def _file(body: bytes, suffix: str) -> File:
    compressed = gzip.compress(body, 9, mtime=0) if suffix in _COMPRESSIBLE else None
    if compressed is not None and len(compressed) >= len(body):
        compressed = None
    return File(body, compressed, _TYPES[suffix], hashlib.sha256(body).hexdigest()[:32])
