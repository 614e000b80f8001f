"""Operations by which a person signs in from another machine: a token for their own passphrase.

Spec: spec/openapi.yaml; spec/interfaces.md §5; R57.
"""

from __future__ import annotations

from typing import Any

from sealane.office.operation import MemberKind, NodeOffice, OfficeQuestion, Operation, StatedMember
from sealane.registry.means import Means
from sealane.services.register.accounts import MOST, TOKEN_DAYS_MOST
from sealane.services.register.acts import Actor

DAYS = 7


def _sign_in(office: NodeOffice, _: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    assert office.accounts is not None
    person, days = asked["person"], asked["days"]
    office.accounts.require_taken(Means.PASSPHRASE)
    office.accounts.prove(person, asked["passphrase"], address=asked.address)
    return {"person": person, "days": days, "token": office.accounts.token(person, days)}


OPERATIONS = (
    Operation(
        id="credentials.sign-in",
        act=None,
        method="POST",
        path="/api/v1/tokens",
        says="A token for who gives their own passphrase; wrong tries are counted.",
        says_ja="本人のパスフレーズと引き換えにトークンを発行する。誤りは数えられる。",
        answer="Token",
        open_to_all=True,
        secret=True,
        members=(
            StatedMember(name="person", needed=True, says="The person's id."),
            StatedMember(name="passphrase", needed=True, most=MOST, says="The person's own."),
            StatedMember(
                name="days",
                kind=MemberKind.NUMBER,
                default=DAYS,
                most=TOKEN_DAYS_MOST,
                says="How long it lasts.",
            ),
        ),
        do=_sign_in,
        example={"person": "jpn.clerk", "passphrase": "a passphrase of one's own"},
    ),
)
