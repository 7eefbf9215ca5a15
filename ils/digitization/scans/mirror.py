"""Scans in the second place of the backups: each copied once, checked, and taken back when needed.

They are large and never change, so a backup of each day does not hold them.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from ils import files
from ils.config import Config
from ils.digitization.scans.models import ScanFile


def _second(config: Config) -> Path | None:
    """The second place, if there is one and it is plugged in."""
    place = Path(config.backup.second) if config.backup.second else None
    return place if place is not None and place.is_dir() else None


def copy(config: Config, scan: ScanFile) -> bool:
    """Copy a scan to the second place, whole or not at all; whether it was not there."""
    second = _second(config)
    if second is None or (second / scan.token).is_file():
        return False
    source = files.content_of(config.folder, scan.token)
    return source.is_file() and _copied(source, second / scan.token, second, scan)


def _copied(source: Path, target: Path, root: Path, scan: ScanFile) -> bool:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    shutil.copyfile(source, part)
    if not files.is_whole(root, str(part.relative_to(root)), scan.sha256):
        part.unlink()
        return False
    part.rename(target)
    return True


def verified(config: Config, scan: ScanFile) -> bool:
    """Whether a scan is what came; one that is not is taken from the second place if possible."""
    if files.is_whole(config.folder, scan.token, scan.sha256):
        return True
    second = _second(config)
    if second is None or not files.is_whole(second, scan.token, scan.sha256):
        return False
    target = files.content_of(config.folder, scan.token)
    return _copied(second / scan.token, target, config.folder, scan)


def drop(config: Config, token: str) -> None:
    """Take a scan from the second place that two people removed."""
    second = _second(config)
    if second is not None:
        (second / token).unlink(missing_ok=True)
