"""Installs the wheel into clean environments, with old and new runtimes, and makes first calls with it.

Usage: python -m tests.package WHEEL
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from . import server

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"

# Protobuf's runtime, of each major version that the generated code promises to run with, in C and in Python.
RUNTIMES = ["protobuf==4.25.*", "protobuf==5.*", "protobuf==6.*", "protobuf==7.*"]
IMPLEMENTATIONS = ["upb", "python"]


def prove(wheel: Path, runtime: str, address: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = f"{folder}/bin/python"
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel), runtime]
        subprocess.run(install, check=True)
        for implementation in IMPLEMENTATIONS:
            environment = {
                "PATH": os.environ["PATH"],
                "DYNAKV_ADDRESS": address,
                "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": implementation,
            }
            for example in ("first_call", "items", "batch", "query", "handle_errors", "asyncio_client"):
                script = (EXAMPLES / f"{example}.py").read_text()
                subprocess.run(
                    [python, "-c", script], env=environment, cwd=folder, check=True, stdout=subprocess.DEVNULL
                )
        installed = [python, "-c", "from importlib.metadata import version as v; print(v('protobuf'), v('grpcio'))"]
        versions = subprocess.run(installed, check=True, capture_output=True, text=True).stdout.split()
        print(f"{wheel.name} runs with protobuf {versions[0]} and grpcio {versions[1]}", flush=True)


def main() -> None:
    (wheel,) = (Path(argument).resolve() for argument in sys.argv[1:])
    with server.running() as address:
        for runtime in RUNTIMES:
            prove(wheel, runtime, address)


if __name__ == "__main__":
    main()
