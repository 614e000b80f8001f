"""A node of an exercise as its people see it, for `make pictures`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sealane.services.exercise import injecting
from sealane.services.register.acts import Actor
from tests.clock import Clock
from tests.lane import drill as drills
from tests.lane.drill import Drill
from tests.web.troubled import Scene, with_passphrase

OFFICER = "zzb.security"


def drilled(root: Path) -> tuple[Drill, str]:
    """An exercise into which everything was put, and the item that leaked."""
    clock = Clock()
    drills.build(root, clock)
    drill = drills.opened(root, clock)
    item = drills.accepted(drill, title="Tide tables, northern approaches 潮汐表")
    drills.read(drill, item)
    by = Actor(OFFICER)
    injecting.leak(drill.zzb, item, text="A copy was found on a bench. 写しを発見。", by=by)
    injecting.lapse(drill.zzb, "zzb.reader", by=by)
    injecting.cut(drill.zzb, "ZZA", by=by)
    with_passphrase(drill.zzb)
    with_passphrase(drill.zza)
    return drill, item


def drill_scenes(item: str) -> Iterator[Scene]:
    """(party, person, name of the picture, path, buttons to press)."""
    yield "ZZB", None, "drill-sign-in", "/sign-in", ()
    yield "ZZB", OFFICER, "drill-exercise", "/exercise", ()
    yield "ZZB", OFFICER, "drill-home", "/", ()
    yield "ZZB", "zzb.clerk", "drill-item", f"/items/{item}", ()
    yield "ZZA", "zza.release", "drill-desk", "/release", ()
