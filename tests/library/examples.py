"""The examples of the public names, run from the repository's root as docs/library.md shows them.

Run as a program it runs them all, with no test tool: `python tests/library/examples.py`. With
`--needs-only A,B,C` every package but these, the standard library and Sealane is refused first,
as on a machine where it is not installed.
"""

from __future__ import annotations

import doctest
import inspect
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder

FLAGS = doctest.ELLIPSIS | doctest.REPORT_NDIFF


class OnlyThese(MetaPathFinder):
    """A finder asked before all others: what nobody declared is not there."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self.allowed = {*sys.stdlib_module_names, "sealane", *allowed}

    def find_spec(self, name: str, path: object, target: object = None) -> None:
        top = name.partition(".")[0]
        if top not in self.allowed:
            raise ModuleNotFoundError(f"No module named {top!r}", name=top)


def example(name: str) -> doctest.DocTest:
    """What the docstring of a public name (or of `sealane` itself) shows; may be empty."""
    import sealane

    public = sealane if name == "sealane" else getattr(sealane, name)
    text = inspect.getdoc(public) or ""
    return doctest.DocTestParser().get_doctest(text, {"sealane": sealane}, name, None, None)


def wrong(name: str) -> str:
    """What comes out otherwise than shown; empty when all comes out as told."""
    told: list[str] = []
    doctest.DocTestRunner(optionflags=FLAGS).run(example(name), out=told.append)
    return "".join(told)


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--needs-only"]:
        sys.meta_path.insert(0, OnlyThese(arguments[1].split(",")))
    import sealane

    names = ["sealane", *sealane.__all__]
    failed = [told for name in names if (told := wrong(name))]
    print("".join(failed) or f"{len(names)} names, every example as told; {sealane.__file__}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
