"""The `sealane` command's first step: where the command line's packages are missing, it says in
words what to install.

`pip install sealane` brings the library alone; the command line and the node come with the extra
`node`. Spec: docs/dependencies.md.
"""

from __future__ import annotations

import sys

from sealane.cli.frame.speaker import Speaker, default_language, internal


def main(arguments: list[str] | None = None) -> None:
    """Run one command and exit with the contract's status; 4 where a package is missing."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        from sealane.cli import main as command_line
    except ModuleNotFoundError as missing:
        sys.exit(Speaker("--json" in given, default_language()).fail(internal(missing)))
    command_line.main(given)


if __name__ == "__main__":
    main()
