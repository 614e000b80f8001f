"""The version of a node's folder: which files lie in it, and the form of `node.toml` and of the
keystore. A step from one version to the next happens as a whole or not at all.

What a step makes, and a copy of what it replaces, lie in `upgrade/` before the first file is
touched. From then on the plan there leads forward: the same command, run again after a crash, does
the rest. The copies go when everything holds; where it does not, they come back.
Spec: docs/operators.md "Upgrade".
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sealane.adapters import age
from sealane.adapters.outputs import sync_folder, write_whole
from sealane.base import canonical
from sealane.base.errors import Misconfigured, declare

FILE, STAGE, PLAN = "version", "upgrade", "plan.json"
MAX_NAME = 40

UNFINISHED = declare(
    "db.unfinished",
    Misconfigured,
    "An upgrade of the node's folder {path} was interrupted.",
    "ノードのフォルダー {path} の更新が中断されています。",
    "Finish it with `sealane db upgrade --node DIR`.",
    "`sealane db upgrade --node DIR` で完了させてください。",
)

Read = Callable[[str], bytes | None]
"""The bytes of a file of the folder, by name; None: there is none."""
Changed = Mapping[str, bytes | None]
"""New bytes of files of the folder, by name; None: the file goes."""


@dataclass(frozen=True, slots=True)
class FolderStep:
    """The step to a version: what it makes of the files that are there; it writes nothing
    itself.
    """

    to: str
    make: Callable[[Read], Changed]


@dataclass(frozen=True, slots=True)
class _Plan:
    """From which version to which, and for each file whether there is one before and after."""

    before: str
    to: str
    files: tuple[dict[str, Any], ...]

    @classmethod
    def of(cls, folder: Path) -> _Plan | None:
        data = _bytes(folder / STAGE / PLAN)
        if data is None:
            return None
        plan = canonical.decode(data)
        return cls(before=plan["from"], to=plan["to"], files=tuple(plan["files"]))

    def as_json(self) -> dict[str, Any]:
        return {"v": 1, "from": self.before, "to": self.to, "files": list(self.files)}

    def put(self, folder: Path, side: str) -> None:
        """Put the files of one side, `new` or `old`, in their places; harmless when repeated."""
        for one in self.files:
            place = folder / one["name"]
            if one[side]:
                write_whole(place, (folder / STAGE / side / one["name"]).read_bytes())
            else:
                place.unlink(missing_ok=True)
        sync_folder(folder)
        _say(folder, self.to if side == "new" else self.before)


STEPS: tuple[FolderStep, ...] = ()
"""Every step since the first release, oldest first."""


def order() -> tuple[str, ...]:
    """The versions that this program knows, oldest first."""
    return (age.FIRST, *(step.to for step in STEPS))


def version_of(folder: Path) -> str:
    """The version that the folder says it has; the first, where it says nothing."""
    try:
        said = (folder / FILE).read_text("ascii", errors="replace").strip()
    except FileNotFoundError:
        return age.FIRST
    return said[:MAX_NAME] or age.UNRELEASED


def mark(folder: Path) -> None:
    """Write that a new folder is of the newest version. Raises: Unavailable
    `store.write_failed`.
    """
    _say(folder, order()[-1])


def require(folder: Path) -> None:
    """Raises: Misconfigured `db.older`, `db.newer`, `db.unfinished`."""
    age.require(version_of(folder), order(), age.FOLDER_PART)
    require_no_newer(folder)


def require_no_newer(folder: Path) -> None:
    """Raises: Misconfigured `db.newer`, `db.unfinished`."""
    age.require_no_newer(version_of(folder), order(), age.FOLDER_PART)
    if interrupted(folder):
        raise UNFINISHED(path=folder)


def interrupted(folder: Path) -> bool:
    """Whether an upgrade of the folder was begun and did not end."""
    return (folder / STAGE / PLAN).exists()


@contextmanager
def stepped(folder: Path) -> Iterator[str]:
    """The folder at the newest version while the block runs, and from then on where it ends well;
    as it was before where it raises. Gives the version before.

    A process that dies leaves the plan; the next call goes on with it.
    Raises: Misconfigured `db.newer`; Unavailable `store.write_failed`.
    """
    plan = _leading(folder) or _planned(folder)
    if plan is None:
        _clear(folder)
        yield version_of(folder)
        return
    plan.put(folder, "new")
    try:
        yield plan.before
    except BaseException:
        plan.put(folder, "old")
        _clear(folder)
        raise
    _clear(folder)


def _leading(folder: Path) -> _Plan | None:
    """The plan that an interrupted upgrade left, where it leads to the newest version; one of
    another program that leads less far is undone.
    """
    plan = _Plan.of(folder)
    if plan is None or plan.to == order()[-1]:
        return plan
    age.require_no_newer(plan.to, order(), age.FOLDER_PART)
    plan.put(folder, "old")
    _clear(folder)
    return None


def _planned(folder: Path) -> _Plan | None:
    """A new plan; None where the folder is of the newest version."""
    found, newest = version_of(folder), order()[-1]
    age.require_no_newer(found, order(), age.FOLDER_PART)
    return None if found == newest else _prepare(folder, found, newest, _made(folder, found))


def _made(folder: Path, found: str) -> dict[str, bytes | None]:
    """What all steps together make of the files, each seeing what the ones before it made."""
    made: dict[str, bytes | None] = {}

    def read(name: str) -> bytes | None:
        return made[name] if name in made else _bytes(folder / name)

    for step in STEPS[order().index(found) :]:
        made |= step.make(read)
    return made


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _prepare(folder: Path, found: str, to: str, made: Changed) -> _Plan:
    """Stage what is to be put and a copy of what it replaces; the plan comes last."""
    _clear(folder)
    stage = folder / STAGE
    for side in ("new", "old"):
        (stage / side).mkdir(mode=0o700, parents=True)
    files = []
    for name, data in sorted(made.items()):
        old = _bytes(folder / name)
        for side, content in (("new", data), ("old", old)):
            if content is not None:
                write_whole(stage / side / name, content)
        files.append({"name": name, "new": data is not None, "old": old is not None})
    plan = _Plan(before=found, to=to, files=tuple(files))
    write_whole(stage / PLAN, canonical.encode(plan.as_json()))
    sync_folder(folder)
    return plan


def _clear(folder: Path) -> None:
    """The plan first: without it, what else is left means nothing."""
    stage = folder / STAGE
    if stage.is_dir():
        (stage / PLAN).unlink(missing_ok=True)
        sync_folder(stage)
        shutil.rmtree(stage)
        sync_folder(folder)


def _say(folder: Path, version: str) -> None:
    write_whole(folder / FILE, f"{version}\n".encode())
