"""The example application: this client writes, the Go client reads, both under one lock."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import dynakv

from .server import REPOSITORY

FOLDER = REPOSITORY / "examples/shared-counter"


def test_writer_and_reader_agree(address: str) -> None:
    assert shutil.which("go"), "go is missing: the example application needs it"
    environment = {**os.environ, "DYNAKV_ADDRESS": address, "PYTHON": sys.executable}
    for visits in (30, 10):
        done = subprocess.run(
            [FOLDER / "run", str(visits)], env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert "the counter stands at 40" in done.stdout
    assert "40 visits, 40 lines, the last: visit 40, by python" in done.stdout
    with dynakv.Client(address) as client:
        assert client.get("shared-counter:lock", consistent=True) is None
