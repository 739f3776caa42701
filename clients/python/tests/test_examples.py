"""Every example runs, and every block of the README is a part of one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from . import server
from .certificates import Authority

FOLDER = Path(__file__).resolve().parents[1]
TOKEN = "s3cret"
EXAMPLES = sorted((FOLDER / "examples").glob("*.py"))


def regions(example: Path) -> dict[str, str]:
    found = re.findall(r"^ *# snippet: ([\w-]+)\n(.*?)^ *# end$", example.read_text(), re.DOTALL | re.MULTILINE)
    return {name: textwrap.dedent(text).strip() + "\n" for name, text in found}


def run(example: Path, environment: dict[str, str]) -> None:
    cleared = {name: value for name, value in os.environ.items() if not name.startswith("DYNAKV_")}
    command = [sys.executable, "-W", "error", str(example)]
    done = subprocess.run(command, env={**cleared, **environment}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not done.stderr


@pytest.mark.parametrize("example", [one for one in EXAMPLES if one.name != "connect.py"], ids=lambda one: one.stem)
def test_example_runs(example: Path, address: str) -> None:
    run(example, {"DYNAKV_ADDRESS": address})


def test_example_runs_over_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with server.running(environment=authority.server_settings(token=TOKEN)) as address:
        run(
            FOLDER / "examples/connect.py",
            {
                "DYNAKV_ADDRESS": address.replace("127.0.0.1", "localhost"),
                "DYNAKV_TOKEN": TOKEN,
                "DYNAKV_CA_FILE": str(authority.ca_file),
            },
        )


def test_every_block_of_the_readme_is_a_part_of_an_example() -> None:
    readme = (FOLDER / "README.md").read_text()
    blocks = re.findall(r"(?:<!-- ([\w.]+): ([\w-]+) -->\n)?```python\n(.*?)```\n", readme, re.DOTALL)
    assert len(blocks) > 10
    used = {(name, region) for name, region, _ in blocks}
    for name, region, text in blocks:
        assert name, f"a block that names no example:\n{text}"
        assert text == regions(FOLDER / "examples" / name)[region], f"{region} of {name}"
    in_examples = {(example.name, region) for example in EXAMPLES for region in regions(example)}
    assert used == in_examples
