"""Several threads may read any type first: the library would end the process otherwise."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3] / "src" / "sealane"
MANY = """
import sys, threading, tomllib
from sealane import shipped
from sealane.agreements.parse import parse_agreement
sys.setswitchinterval(1e-6)
files = [shipped.agreement_file("jpn-aus-2022").read_bytes() + b"\\n" * one for one in range(8)]
together = threading.Barrier(len(files))
def read(data):
    together.wait()
    parse_agreement(data)
threads = [threading.Thread(target=read, args=(data,)) for data in files]
[one.start() for one in threads]
[one.join() for one in threads]
print("read")
"""


def test_many_threads_read_their_first_agreement_at_once():
    for _ in range(5):
        done = subprocess.run(
            [sys.executable, "-c", MANY], capture_output=True, text=True, check=False, timeout=120
        )
        assert (done.returncode, done.stdout) == (0, "read\n"), done.stderr


def test_every_module_that_reads_records_has_them_described_when_it_is_loaded():
    reading = []
    for path in ROOT.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
        if "msgspec.convert" in calls and not {"described", "msgspec.json.Decoder"} & set(calls):
            reading.append(path.relative_to(ROOT).as_posix())
    # `Authority` is a part of every agreement, which is read before a notice about it
    assert reading == ["agreements/notice.py"]
