"""`python -m tools.api_pages`: pages for the API reference, one a module of the public packages,
into `docs/site/api` (not kept in the repository; `make site` makes them).
"""

from __future__ import annotations

import shutil
from pathlib import Path

from tools.spec_lines import ROOT, SOURCES

PUBLIC = {
    "library": "The stable surface: what `import sealane` gives.",
    "labels": "Marks and labels: read, check, write, merge, compare, bind.",
    "agreements": "Agreements between states: read, check, sign, compare, live.",
    "decisions": "One pure answer with its reasons, and what it will be later.",
    "sealing": "Sealed containers: seal, verify, open.",
    "ledger": "Transparency logs, signed statements, evidence.",
}
"""The packages that others may build on, and what each is for."""
FOLDER = ROOT / "docs" / "site" / "api"
MODULE = """\
# {name}

```{{eval-rst}}
.. automodule:: {name}
   :members:
   :show-inheritance:
   :member-order: bysource
```
"""
PACKAGE = """\
# {name}

{told}

```{{toctree}}
:maxdepth: 1

{modules}
```
"""


def main() -> None:
    """Write the pages anew; what no longer exists is gone."""
    if FOLDER.exists():
        shutil.rmtree(FOLDER)
    FOLDER.mkdir(parents=True)
    for package, told in PUBLIC.items():
        names = [_dotted(path) for path in sorted((SOURCES / package).rglob("*.py"))]
        modules = [name for name in names if name != f"sealane.{package}"]
        for name in modules:
            (FOLDER / f"{name}.md").write_text(MODULE.format(name=name), encoding="utf-8")
        index = PACKAGE.format(name=f"sealane.{package}", told=told, modules="\n".join(modules))
        (FOLDER / f"{package}.md").write_text(index, encoding="utf-8")


def _dotted(path: Path) -> str:
    parts = path.relative_to(SOURCES.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


if __name__ == "__main__":
    main()
