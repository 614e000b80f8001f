"""What a document names in the house is there: paths, modules and the names in them, and every link
between documents.
"""

from __future__ import annotations

import ast
import functools
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "sealane"
ROOMS = {path.stem for path in SOURCE.iterdir() if not path.name.startswith("_")}
MODULES = {
    ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
    for path in SOURCE.rglob("*.py")
}
DOCUMENTS = sorted(
    path
    for folder in (".", "docs", "docs/adr", "spec", "examples", "policy", "bench")
    for path in (ROOT / folder).glob("*.md")
    if path.name != "CHANGELOG.md"  # tells of rooms as they were
)
PATH = re.compile(
    r"`((?:src/sealane|tests|policy|examples|docs|spec|bench|requirements)/[\w./*-]*)"
)
PLACE = re.compile(rf"`((?:{'|'.join(sorted(ROOMS))})/[\w./]+)`")
DOTTED = re.compile(r"`(?:sealane\.)?([a-z_]\w*(?:\.\w+)+)(?:\([^`]*\))?`")
FILE = re.compile(r"`(\w+\.py)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
CALL = re.compile(
    r"(?:(?:^(?:\$ )?|\$\()(?:sealane|s)|`sealane) ([a-z][a-z-]*[^`|;&\n]*)", re.MULTILINE
)
"""A command as it is typed: at a line's start or in quotes; `s` is the README's short word."""
FOREIGN = re.compile(
    r"\.(?:py|toml|json|jws|pem|db|html|tdf|md|sha384|pdf|yaml|lock|svg|png|cedar)$"
)


def words(pattern: re.Pattern[str], document: Path) -> list[str]:
    return pattern.findall(document.read_text(encoding="utf-8"))


def resolves(dotted: str) -> bool:
    """Whether a name leads to a module, or to what stands in one."""
    parts = dotted.split(".")
    for size in range(len(parts), 0, -1):
        module = ".".join(parts[:size])
        if module in MODULES:
            found: object = importlib.import_module(f"sealane.{module}")
            for name in parts[size:]:
                if not hasattr(found, name):
                    return False
                found = getattr(found, name)
            return True
    return False


@functools.cache
def spoken() -> frozenset[str]:
    """Dotted words that the code speaks and that name no module: codes, statements, entries,
    findings.
    """
    return frozenset(
        node.value
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value
    )


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_path_that_a_document_names_exists(document: Path) -> None:
    named = [
        word.rstrip("/")
        for word in words(PATH, document)
        if not word.startswith(("docs/errors", "policy/schemes/kor"))
    ]
    missing = [word for word in named if not list(ROOT.glob(word.rstrip(".")))]
    missing += [
        word
        for word in words(PLACE, document)
        if not any((root / word).exists() for root in (ROOT, SOURCE, ROOT / "tests"))
        and not resolves(word.replace("/", "."))
    ]
    missing += [
        word
        for word in words(FILE, document)
        if not [*SOURCE.rglob(word), *(ROOT / "tests").rglob(word), *(ROOT / "bench").rglob(word)]
    ]
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_module_and_name_that_a_document_names_exists(document: Path) -> None:
    said = spoken()
    missing = []
    for word in words(DOTTED, document):
        first = word.partition(".")[0]
        if FOREIGN.search(word) or word in said:
            continue
        homes = [name for name in MODULES if name.rpartition(".")[2] == first]
        if first in ROOMS:
            known = resolves(word)
        elif "_" in first:  # no word of a message; a module by its last name
            known = any(resolves(f"{home}.{word.partition('.')[2]}") for home in homes)
        else:
            known = True
        if not known:
            missing.append(word)
    assert missing == []


@functools.cache
def commands() -> dict[str, frozenset[str]]:
    """Every command by its words, with its options."""
    from sealane.cli import docs

    always = {"--json", "--lang", "--help"}
    return {
        " ".join(verb): frozenset(
            always.union(*(one.opts + one.secondary_opts for one in found.params))
        )
        for verb, found in docs.walk()
    }


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_command_that_a_document_gives_has_its_verb_and_its_options(document: Path) -> None:
    missing = []
    words = [name.split() for name in commands()]
    groups = {" ".join(one[:many]) for one in words for many in range(1, len(one))}
    for call in CALL.findall(document.read_text(encoding="utf-8")):
        given = call.split()
        heads = (" ".join(given[:many]) for many in (3, 2, 1))
        verb = next((one for one in heads if one in commands()), given[0])
        if verb in commands():
            options = {word.partition("=")[0] for word in given if re.match(r"--[a-z]", word)}
            missing += [f"{verb} {one}" for one in sorted(options - commands()[verb])]
        elif " ".join(one for one in given if one != "--help") not in groups:
            missing.append(" ".join(given[:2]))
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_of_a_document_leads_somewhere(document: Path) -> None:
    missing = []
    for link in words(LINK, document):
        place, _, heading = link.partition("#")
        if "://" in link or link.startswith("mailto:"):
            continue
        target = document if not place else (document.parent / place).resolve()
        there = target.exists()
        if there and heading and target.suffix == ".md":
            there = heading in anchors(target)
        if not there:
            missing.append(link)
    assert missing == []


def anchors(document: Path) -> set[str]:
    """The headings of a page as links name them."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings
    }


@pytest.mark.parametrize(
    "wrong", ["services.packing.pack", "sealing.writing.lay", "labels.au.nothing", "nothing.at_all"]
)
def test_a_name_of_nothing_is_found(wrong: str) -> None:
    assert not resolves(wrong)
