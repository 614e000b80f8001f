"""One benchmark in a process of its own, so that the memory it reports is not another's: `python -m
bench.part NAME FOLDER`.
"""

from __future__ import annotations

import importlib
import sys
import time
from pathlib import Path


def main() -> None:
    name, folder = sys.argv[1:]
    started = time.monotonic()
    module = importlib.import_module(f"bench.bench_{name}")
    text = "\n".join(table.markdown() for table in module.tables())
    (Path(folder) / f"{name}.md").write_text(f"{text}\n")
    print(f"{text}\n[{name}: {time.monotonic() - started:.1f} s]\n", flush=True)


if __name__ == "__main__":
    main()
