"""Watches processes meanwhile: their memory, and the lines that ask for attention."""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path

from deploy.rehearsal.topology import Topology
from tests.soak.record import LogLine, Record, Sample

_LOOK_SECONDS = 1.0
_SAMPLE_SECONDS = 5.0
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_ASKS = re.compile(r"\[(warning|error|critical)\s*\]\s*(.*)|\b(WARNING|ERROR|CRITICAL)\b(.*)")
_EVENT = re.compile(r'"event": "([^"]+)"')
"""As Rasa prints the events of structlog."""
_TRACEBACK = "Traceback (most recent call last)"
_EXCEPTION = re.compile(r"([A-Za-z_][\w.]*)(:|$)")
"""The line that ends a traceback."""
_CHANGES = re.compile(r"\s+\w+=.*|\d+")


class Watch:
    """A thread that looks until it is stopped."""

    def __init__(self, topology: Topology, record: Record) -> None:
        """Begin to look; what was printed before is looked at, too."""
        self._topology, self._record = topology, record
        self._readers: dict[Path, Reader] = {}
        self._sampled = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look a last time."""
        self._stopping.set()
        self._thread.join(10)
        self._read()

    def _run(self) -> None:
        while not self._stopping.wait(_LOOK_SECONDS):
            self._read()
            if time.time() - self._sampled >= _SAMPLE_SECONDS:
                self._sampled = time.time()
                for name in self._topology.kept:
                    self._sample(name, self._topology.logs / f"{name}.pid")
                self._sample("nginx (master)", self._topology.folder / "nginx" / "nginx.pid")

    def _sample(self, name: str, pid_file: Path) -> None:
        try:
            pid = int(pid_file.read_text())
            status = Path(f"/proc/{pid}/status").read_text()
        except (OSError, ValueError):
            return  # it is being started
        found = re.search(r"VmRSS:\s+(\d+)", status)
        if found:
            self._record.samples.append(Sample(name, pid, time.time(), int(found[1]) / 1024))

    def _read(self) -> None:
        for path in logs_of(self._topology):
            reader = self._readers.setdefault(path, Reader())
            with path.open(encoding="utf-8", errors="replace") as file:
                file.seek(reader.place)
                events = reader.events(file.read())
                reader.place = file.tell()
            name = "nginx" if path.name == "log" else path.stem
            self._record.lines += [LogLine(name, time.time(), event) for event in events]


class Reader:
    """Reads one log along; what comes in pieces is put together.

    Attributes:
        place: in the file, up to which it was read.
    """

    def __init__(self) -> None:
        """Nothing is read yet."""
        self.place = 0
        self._rest = ""
        self._in_traceback = False

    def events(self, text: str) -> list[str]:
        """What asks for attention in the next piece of the log."""
        *lines, self._rest = (self._rest + text).split("\n")
        return [event for event in map(self._event, lines) if event is not None]

    def _event(self, line: str) -> str | None:
        if line.startswith(_TRACEBACK):
            self._in_traceback = True
            return None
        if self._in_traceback and _EXCEPTION.match(line):
            self._in_traceback = False
            return f"traceback of {_EXCEPTION.match(line)[1]}"  # type: ignore[index]
        return event_of(line)


def logs_of(topology: Topology) -> list[Path]:
    """Of our processes and of nginx."""
    ours = sorted(topology.logs.glob("*.log"))
    return [each for each in (*ours, topology.nginx.certificate.with_name("log")) if each.exists()]


def event_of(line: str) -> str | None:
    """What a line says that asks for attention, without what changes; None for other lines."""
    found = _ASKS.search(_COLOUR.sub("", line))
    if not found:
        return None
    event = _EVENT.search(line)
    if event:
        return event[1]
    said = next(part for part in (found[2], found[4]) if part is not None)
    return _CHANGES.sub("", said).strip(" -:")[:100]
