"""What the application makes for itself when it first starts."""

import secrets
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from ils.secret import secret_key


def test_web_processes_that_start_together_sign_with_one_key(tmp_path, monkeypatch):
    """None sees a key half made, or another's replaced, however slowly each is made."""
    path, turn, make = tmp_path / "data" / "secret.key", count(1), secrets.token_bytes

    def slowly(length):
        time.sleep(0.05 * next(turn))  # all have seen that there is none before the first is made
        return make(length)

    monkeypatch.setattr(secrets, "token_bytes", slowly)
    with ThreadPoolExecutor(6) as pool:
        keys = set(pool.map(secret_key, [path.parent] * 6))
    assert [len(key) for key in keys] == [32]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["secret.key"]
