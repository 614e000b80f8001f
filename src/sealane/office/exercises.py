"""The operations of an exercise: what is made to go wrong, and what was.

Spec: spec/openapi.yaml; spec/exercise.md §4; docs/who-may.md.
"""

from __future__ import annotations

from typing import Any

from sealane.office.operation import (
    NodeOffice,
    OfficeQuestion,
    Operation,
    StatedMember,
)
from sealane.registry.who_may import Act
from sealane.services.exercise import injecting
from sealane.services.register.acts import Actor

PARTY = StatedMember(name="party", needed=True, says="The partner at its other end.")


def _leak(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return injecting.leak(office.node, asked["item"], text=asked["text"], by=actor)


def _lapse(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return injecting.lapse(office.node, asked["person"], by=actor)


def _cut(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return injecting.cut(office.node, asked["party"], by=actor)


def _restore(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return injecting.restore(office.node, asked["party"], by=actor)


def _listed(office: NodeOffice, actor: Actor, _: OfficeQuestion) -> dict[str, Any]:
    return injecting.listed(office.node, by=actor)


OPERATIONS = (
    Operation(
        id="exercise.leak",
        act=Act.INJECT,
        method="POST",
        path="/api/v1/exercise/leaks",
        says="A received item came into wrong hands: an incident opens with its provider.",
        says_ja="受領した項目が漏えいしたものとし、提供国への事案を開く。",
        answer="Inject",
        members=(
            StatedMember(name="item", needed=True, says="A received item."),
            StatedMember(
                name="text",
                needed=True,
                most=injecting.TEXT_MOST,
                says="What people are told; the mark of the exercise goes before it.",
            ),
        ),
        do=_leak,
        example={"item": "ZZA-2026-000001", "text": "A copy was found on a bench."},
    ),
    Operation(
        id="exercise.lapse",
        act=Act.INJECT,
        method="POST",
        path="/api/v1/exercise/lapses",
        says="Every clearance of a person that counts now ends now.",
        says_ja="人の有効な適格性をすべて直ちに失効させる。",
        answer="Inject",
        members=(StatedMember(name="person", needed=True, says="Whose clearances end."),),
        do=_lapse,
        example={"person": "zzb.reader"},
    ),
    Operation(
        id="exercise.cut",
        act=Act.INJECT,
        method="POST",
        path="/api/v1/exercise/lines/lost",
        says="The line to a partner is lost: nothing passes over it, either way.",
        says_ja="相手国との回線を途絶させる（双方向に何も通らない）。",
        answer="Inject",
        members=(PARTY,),
        do=_cut,
        example={"party": "ZZB"},
    ),
    Operation(
        id="exercise.restore",
        act=Act.INJECT,
        method="POST",
        path="/api/v1/exercise/lines/restored",
        says="A line that was lost stands again.",
        says_ja="途絶していた回線を復旧させる。",
        answer="Inject",
        members=(PARTY,),
        do=_restore,
        example={"party": "ZZB"},
    ),
    Operation(
        id="exercise.list",
        act=Act.INJECT,
        path="/api/v1/exercise",
        says="Everything that was put into the exercise, the newest first.",
        says_ja="演習に付与した状況（新しい順）。",
        answer="Injects",
        do=_listed,
    ),
)
