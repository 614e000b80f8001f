"""The means by which people sign in: a table of what each is called, and of what a session that
began with it proves.

A deployment takes those that its setting `sign_in` names, and no other.
Spec: spec/interfaces.md §5 (settings); docs/console.md §Signing in; R57.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from sealane.base.errors import Refused, SealaneError, declare
from sealane.registry.person_proof import PersonProof


class Means(StrEnum):
    """By what a person signed in."""

    PASSPHRASE = "passphrase"  # noqa: S105 - a word, no secret
    PASSKEY = "passkey"
    RECOVERY = "recovery"
    OIDC = "oidc"
    CERTIFICATE = "certificate"
    INVITATION = "invitation"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeansRow:
    """One means."""

    proof: PersonProof
    """What an act within such a session is told to be proven by."""
    chosen: bool = True
    """Whether the setting names it; an invitation is good wherever one was issued."""
    local: bool = False
    """Whether the node itself keeps what it is compared with."""
    says: str
    says_ja: str


MEANS: Mapping[Means, MeansRow] = MappingProxyType(
    {
        Means.PASSPHRASE: MeansRow(
            proof=PersonProof.SESSION,
            local=True,
            says="a passphrase of one's own",
            says_ja="本人のパスフレーズ",
        ),
        Means.PASSKEY: MeansRow(
            proof=PersonProof.SESSION_PASSKEY,
            local=True,
            says="a passkey, which verified its holder",
            says_ja="本人確認済みのパスキー",
        ),
        Means.RECOVERY: MeansRow(
            proof=PersonProof.SESSION_RECOVERY,
            says="a recovery code, once",
            says_ja="回復コード（一回限り）",
        ),
        Means.OIDC: MeansRow(
            proof=PersonProof.SESSION_OIDC,
            says="the nation's OpenID Connect provider",
            says_ja="国の OpenID Connect プロバイダー",
        ),
        Means.CERTIFICATE: MeansRow(
            proof=PersonProof.SESSION_CERTIFICATE,
            says="a client certificate, such as a smart card's",
            says_ja="IC カードなどのクライアント証明書",
        ),
        Means.INVITATION: MeansRow(
            proof=PersonProof.SESSION_INVITATION,
            chosen=False,
            says="an invitation, once",
            says_ja="招待（一回限り）",
        ),
    }
)
"""Every means there is."""
CHOSEN = tuple(str(word) for word, row in MEANS.items() if row.chosen)
"""What the setting may name."""
LOCAL = tuple(str(word) for word, row in MEANS.items() if row.local)

NOT_TAKEN = declare(
    "login.not_taken",
    Refused,
    "This deployment does not take {means} to sign in.",
    "このシステムではサインインに{means_ja}を使えません。",
    "Use one of: {taken}.",
    "次のいずれかを使ってください：{taken_ja}。",
)


def not_taken(means: Means, taken: Iterable[Means]) -> SealaneError:
    """That a deployment takes other means than this one, told in words."""
    others = [MEANS[one] for one in taken]
    return NOT_TAKEN(
        means=MEANS[means].says,
        means_ja=MEANS[means].says_ja,
        taken="; ".join(one.says for one in others),
        taken_ja="、".join(one.says_ja for one in others),
    )
