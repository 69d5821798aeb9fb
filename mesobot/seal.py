"""The seal on what was trained: the servers load it only as it left the training.

It lists the SHA-256 of the model archive and of each language part. With a key
(``MESOBOT_SEAL_KEY``) the list is signed, so that whoever can write models but does not know the key
cannot make one; without a key it shows damage, not malice.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from mesobot.consultation.files import replace

KEY_VARIABLE = "MESOBOT_SEAL_KEY"
SHORTEST_KEY = 32
_SEAL = Path("models", "seal.json")
_PURPOSE = b"mesobot seal "


class BrokenSealError(Exception):
    """What would be loaded is not what was trained; the text says which file, and what to do."""


def seal_key(environment: Mapping[str, str]) -> bytes:
    """The key that signs seals, empty if there is none."""
    return environment.get(KEY_VARIABLE, "").strip().encode()


def write_seal(root: Path, key: bytes = b"") -> None:
    """Seal what was trained below a folder."""
    files = {str(path.relative_to(root)): _sha256(path) for path in _sealed(root)}
    content = {"files": files, "signature": _signature(files, key) if key else None}
    replace(root / _SEAL, json.dumps(content, indent=2) + "\n")
    (root / _SEAL).chmod(0o644)  # no secret; who runs the servers need not be who trained


def check_seal(root: Path, key: bytes = b"") -> None:
    """See to it that everything is as it was sealed.

    Raises:
        BrokenSealError: if a file was changed, added or removed, or the seal is missing or not
            signed with this key.
    """
    try:
        content = json.loads((root / _SEAL).read_text(encoding="utf-8"))
        files, signature = dict(content["files"]), content["signature"]
    except (OSError, ValueError, KeyError, TypeError):
        raise BrokenSealError(f"{_SEAL} is missing or no seal. {_REMEDY}") from None
    if key and not hmac.compare_digest(str(signature), _signature(files, key)):
        raise BrokenSealError(f"{_SEAL} was not signed with this {KEY_VARIABLE}. {_REMEDY}")
    found = {str(path.relative_to(root)): path for path in _sealed(root)}
    for name in sorted(files.keys() | found.keys()):
        if name not in found or files.get(name) != _sha256(found[name]):
            raise BrokenSealError(f"{name} is not what was trained here. {_REMEDY}")


_REMEDY = "Find out who changed it, then train anew (`make train`), or go back to a backup."


def _sealed(root: Path) -> Iterable[Path]:
    yield root / "models" / "mesobot.tar.gz"
    yield from (path for path in sorted((root / "build" / "nlu").rglob("*")) if path.is_file())


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return "unreadable"


def _signature(files: Mapping[str, str], key: bytes) -> str:
    return hmac.new(
        key, _PURPOSE + json.dumps(files, sort_keys=True).encode(), hashlib.sha256
    ).hexdigest()
