"""What the application makes for itself when it first starts."""

import stat
from multiprocessing import get_context

from ils.app import secret_key


def test_web_processes_that_start_together_sign_with_one_key(tmp_path):
    path = tmp_path / "data" / "secret.key"
    with get_context("spawn").Pool(4) as pool:
        keys = set(pool.map(secret_key, [path] * 40, chunksize=1))
    assert [len(key) for key in keys] == [32]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["secret.key"]
