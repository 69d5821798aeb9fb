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
_ASKS = re.compile(
    r"\[(warning|error|critical)\s*\]\s*(.*)|\b(WARNING|ERROR|CRITICAL)\b(.*)|(Traceback .*)"
)
_EVENT = re.compile(r'"event": "([^"]+)"')
"""As Rasa prints the events of structlog."""
_CHANGES = re.compile(r"\s+\w+=.*|\d+")


class Watch:
    """A thread that looks until it is stopped."""

    def __init__(self, topology: Topology, record: Record) -> None:
        """Begin to look; what was printed before is looked at, too."""
        self._topology, self._record = topology, record
        self._places: dict[Path, int] = {}
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
            with path.open(encoding="utf-8", errors="replace") as file:
                file.seek(self._places.get(path, 0))
                text = file.read()
                self._places[path] = file.tell()
            for line in text.splitlines():
                event = event_of(line)
                if event is not None:
                    name = "nginx" if path.name == "log" else path.stem
                    self._record.lines.append(LogLine(name, time.time(), event))


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
    said = next(part for part in (found[2], found[4], found[5]) if part is not None)
    return _CHANGES.sub("", said).strip(" -:")[:100]
