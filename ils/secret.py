"""The key of an installation: it signs cookies and what goes to the second place."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from ils.datafiles import BadConfiguration

KEY_BYTES = 32
#: Within the data folder.
FILE = "secret.key"


def secret_key(data: Path) -> bytes:
    """The key of the installation; made once, readable by its owner only.

    It appears whole or not at all: web processes that start together all ask for it.
    """
    path = data / FILE
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, made = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
        try:
            os.link(made, path)
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            Path(made).replace(path)
        finally:
            Path(made).unlink(missing_ok=True)
    key = path.read_bytes()
    if len(key) < KEY_BYTES:
        raise BadConfiguration(place=str(path), problem="it is no key; remove it to make a new one")
    return key
