"""Logs that the tests of `sealane ledger` type commands at."""

from pathlib import Path

TESSERA = Path(__file__).parents[1] / "vectors" / "tilelog" / "log"
TESSERA_KEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"


def entries(count: int) -> list[bytes]:
    return [f"entry {one}".encode() * (one % 5) for one in range(count)]
