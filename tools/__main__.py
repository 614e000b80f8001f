"""`python -m tools` makes what is read out of the sources: pages and pictures, for `make docs`."""

from __future__ import annotations

from tools import architecture, openapi, rooms
from tools.spec_lines import ROOT

MADE = {
    rooms.PAGE: rooms.page,
    architecture.PICTURE: architecture.picture,
    openapi.PAGE: openapi.page,
}
"""What is made, by its path, and what makes its text."""


def main() -> None:
    """Write whatever differs, and name it."""
    for name, text in MADE.items():
        path = ROOT / name
        made = text()
        if not path.exists() or path.read_text(encoding="utf-8") != made:
            path.write_text(made, encoding="utf-8")
            print(name)


if __name__ == "__main__":
    main()
