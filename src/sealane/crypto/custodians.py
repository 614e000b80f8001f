"""m of n custodians: a secret in n shares, any m of which give it back, while fewer tell nothing.

A share is the words of SLIP-0039: one group, m of n, exponent 0, no passphrase of its own. Shares
that were given are carried as bytes, so that they go wherever a keystore's passphrase goes. Words
never stand in an error or a `repr`; the library's own messages, which quote them, are dropped.
Spec: R62; docs/operators.md §Key ceremony.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sealane.base import canonical
from sealane.base.errors import Malformed, Misconfigured, SealaneError, declare
from sealane.base.values import identifier

if TYPE_CHECKING:
    from shamir_mnemonic import Share

NAME = "custodians"
LEAST, MOST = 2, 16
WORDS, SECRET = 33, 32
_GIVEN = b"\x00sealane custodians\x00"
_CEREMONY = re.compile(r"[0-9a-f]{32}")

BAD_CUSTODY = declare(
    "custodian.malformed",
    Malformed,
    "What says who the custodians are cannot be read: {why}.",
    "保管者の情報を読み取れません：{why}。",
    "Give the share file as it was made, or the words of one share.",
    "作成時のままの分割片ファイルか、分割片の単語を渡してください。",
)
BOUNDS = declare(
    "custodian.bounds",
    Misconfigured,
    "{threshold} of {count} custodians cannot be asked for.",
    "{count} 人中 {threshold} 人という条件は設定できません。",
    "Name from 2 to 16 custodians, each once, and a threshold from 2 to their number.",
    "保管者を 2 人から 16 人まで一度ずつ挙げ、必要人数を 2 から人数までにしてください。",
)
NEEDED = declare(
    "custodian.needed",
    Misconfigured,
    "This keystore opens to {threshold} of its custodians, not to a passphrase: {names}.",
    "この鍵庫はパスフレーズではなく、保管者のうち {threshold} 人で開きます：{names}。",
    "Give --custodian-file F for each of them, or let them type at a terminal.",
    "各人について --custodian-file F を指定するか、端末で入力してもらってください。",
)
NOT_ASKED = declare(
    "custodian.not_asked",
    Misconfigured,
    "This keystore opens to a passphrase; no custodian is asked.",
    "この鍵庫はパスフレーズで開きます。保管者は不要です。",
    "Give the passphrase with --passphrase-file.",
    "--passphrase-file で正しいパスフレーズを渡してください。",
)
TOO_FEW = declare(
    "custodian.too_few",
    Misconfigured,
    "{given} of {threshold} custodians gave their share ({names}); nothing was opened.",
    "{threshold} 人中 {given} 人しか分割片を出していません（{names}）。何も開いていません。",
    "Ask more custodians: `sealane node ceremony show DIR` names them.",
    "他の保管者に依頼してください。`sealane node ceremony show DIR` で確認できます。",
)
TWICE = declare(
    "custodian.twice",
    Misconfigured,
    "The share of {custodian} was given twice.",
    "{custodian} の分割片が二度渡されました。",
    "Give the share of each custodian once.",
    "各保管者の分割片を一度ずつ渡してください。",
)
OTHER_NODE = declare(
    "custodian.other_node",
    Misconfigured,
    "The share of {custodian} is for the node {node}, not for this one.",
    "{custodian} の分割片はノード {node} のもので、このノードのものではありません。",
    "Give the share that was made for this node.",
    "このノードのために作られた分割片を渡してください。",
)
OTHER_CEREMONY = declare(
    "custodian.other_ceremony",
    Misconfigured,
    "The share of {custodian} is not of the ceremony that stands: it is older, or another node's.",
    "{custodian} の分割片は現行の鍵の儀式のものではありません"
    "（以前のもの、または別のノードのもの）。",
    "Give the share of the newest ceremony; destroy the older ones.",
    "最新の儀式の分割片を渡し、古いものは廃棄してください。",
)
ALTERED = declare(
    "custodian.altered",
    Malformed,
    "The share of {custodian} was altered or mistyped: its checksum does not hold.",
    "{custodian} の分割片が改変または誤記されています（チェックサムが一致しません）。",
    "Compare it with the copy on paper, or ask another custodian.",
    "紙の控えと照合するか、別の保管者に依頼してください。",
)
UNMATCHED = declare(
    "custodian.unmatched",
    Misconfigured,
    "The shares of {names} do not belong together; one of them is not what was handed out.",
    "{names} の分割片は互いに一致しません。いずれかが配布されたものと異なります。",
    "Try other custodians in turn: `sealane node ceremony try DIR`.",
    "保管者を替えて `sealane node ceremony try DIR` を試してください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Custody:
    """Who opens a keystore: as its header says, in clear and under the root key's authentication.

    `number` is SLIP-0039's own of 15 bits, by which words on paper are told apart.
    """

    node: str
    ceremony: str
    number: int
    threshold: int
    custodians: tuple[str, ...]

    def kdf(self) -> dict[str, Any]:
        """The member `kdf` of a keystore's header."""
        return {
            "name": NAME,
            "node": self.node,
            "ceremony": self.ceremony,
            "number": self.number,
            "threshold": self.threshold,
            "custodians": list(self.custodians),
        }

    @classmethod
    def read(cls, kdf: Any) -> Custody:
        """Raises: Malformed `custodian.malformed`, `value.identifier`; Misconfigured
        `custodian.bounds`.
        """
        if not isinstance(kdf, dict) or set(kdf) != _MEMBERS or kdf["name"] != NAME:
            raise BAD_CUSTODY(why="members")
        names, number = kdf["custodians"], kdf["number"]
        if not isinstance(names, list) or type(number) is not int or not 0 <= number < 1 << 15:
            raise BAD_CUSTODY(why="members")
        custody = cls(
            node=identifier(kdf["node"]),
            ceremony=ceremony_id(kdf["ceremony"]),
            number=number,
            threshold=kdf["threshold"],
            custodians=tuple(identifier(name) for name in names),
        )
        require_bounds(custody.threshold, custody.custodians)
        return custody

    @property
    def named(self) -> str:
        return ", ".join(self.custodians)


_MEMBERS = {"name", "node", "ceremony", "number", "threshold", "custodians"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenShare:
    """One share in clear; what it says of itself is None where only words on paper were given."""

    words: str = field(repr=False)
    node: str | None = None
    ceremony: str | None = None
    custodian: str | None = None


def ceremony_id(value: object) -> str:
    """Raises: Malformed `custodian.malformed`."""
    if not isinstance(value, str) or _CEREMONY.fullmatch(value) is None:
        raise BAD_CUSTODY(why="ceremony")
    return value


def require_bounds(threshold: object, names: Sequence[str]) -> None:
    """Raises: Misconfigured `custodian.bounds`."""
    count = len(names)
    if type(threshold) is not int or not LEAST <= threshold <= count <= MOST:
        raise BOUNDS(threshold=threshold, count=count)
    if len({name.casefold() for name in names}) != count:  # they also name files
        raise BOUNDS(threshold=threshold, count=count)


def divide(
    node: str, threshold: int, names: Sequence[str], entropy: Callable[[int], bytes]
) -> tuple[Custody, bytes, list[str]]:
    """A new ceremony: its custody, a new secret of 32 bytes, and each custodian's words.

    Raises: Malformed `value.identifier`; Misconfigured `custodian.bounds`.
    """
    from shamir_mnemonic import Share, generate_mnemonics

    require_bounds(threshold, names)
    secret = entropy(SECRET)
    words = generate_mnemonics(1, [(threshold, len(names))], secret, iteration_exponent=0)[0]
    custody = Custody(
        node=identifier(node),
        ceremony=entropy(16).hex(),
        number=Share.from_mnemonic(words[0]).identifier,
        threshold=threshold,
        custodians=tuple(identifier(name) for name in names),
    )
    return custody, secret, words


def given(shares: Iterable[OpenShare]) -> bytes:
    """Shares as the bytes that stand in a passphrase's place."""
    told = [
        {
            "words": share.words,
            "node": share.node,
            "ceremony": share.ceremony,
            "custodian": share.custodian,
        }
        for share in shares
    ]
    return _GIVEN + canonical.encode(told)


def are_given(secret: bytes) -> bool:
    """Whether these bytes are custodians' shares and no passphrase."""
    return secret.startswith(_GIVEN)


def words_of(secret: bytes) -> list[str]:
    """The words of each share that was given."""
    return [told["words"] for told in canonical.decode(secret[len(_GIVEN) :])]


def contributors(custody: Custody, secret: bytes) -> list[str]:
    """Whose shares these are, each proven to be of this custody. Raises: as `join`."""
    return [custody.custodians[share.index] for share in _read_all(custody, secret)]


def join(custody: Custody, secret: bytes) -> bytes:
    """The divided secret out of what custodians gave; more than the threshold must all agree.

    Raises: Misconfigured `custodian.needed`, `custodian.too_few`, `custodian.twice`,
    `custodian.other_node`, `custodian.other_ceremony`, `custodian.unmatched`; Malformed
    `custodian.altered`.
    """
    from shamir_mnemonic import MnemonicError, combine_mnemonics

    shares = _read_all(custody, secret)
    names = [custody.custodians[share.index] for share in shares]
    if len(shares) < custody.threshold:
        raise TOO_FEW(given=len(shares), threshold=custody.threshold, names=_listed(names))
    words = [share.mnemonic() for share in shares]
    common = words[: custody.threshold - 1]
    try:
        found: set[bytes] = {combine_mnemonics([*common, last]) for last in words[len(common) :]}
    except MnemonicError:
        raise UNMATCHED(names=_listed(names)) from None
    if len(found) != 1:
        raise UNMATCHED(names=_listed(names))
    return found.pop()


def _read_all(custody: Custody, secret: bytes) -> list[Share]:
    if not are_given(secret):
        raise NEEDED(threshold=custody.threshold, names=custody.named)
    shares: list[Share] = []
    for told in canonical.decode(secret[len(_GIVEN) :]):
        share = _read(custody, OpenShare(**told))
        if any(share.index == other.index for other in shares):
            raise TWICE(custodian=custody.custodians[share.index])
        shares.append(share)
    return shares


def _read(custody: Custody, given_share: OpenShare) -> Share:
    """One share, proven to be of this custody as far as its own words tell."""
    who = given_share.custodian or _PAPER
    if given_share.node not in (None, custody.node):
        raise OTHER_NODE(custodian=who, node=given_share.node)
    if given_share.ceremony not in (None, custody.ceremony):
        raise OTHER_CEREMONY(custodian=who)
    share = decode(given_share.words, who)
    form = (share.extendable, share.iteration_exponent, share.group_index, share.group_count)
    if (
        form != (True, 0, 0, 1)
        or (share.identifier, share.member_threshold) != (custody.number, custody.threshold)
        or share.index >= len(custody.custodians)
        or given_share.custodian not in (None, custody.custodians[share.index])
    ):
        raise OTHER_CEREMONY(custodian=who)
    return share


def decode(words: str, who: str | None = None) -> Share:
    """Words as the library reads them, their checksum proven. Raises: Malformed
    `custodian.altered`.
    """
    from shamir_mnemonic import MnemonicError, Share

    refused: SealaneError = ALTERED(custodian=who or _PAPER)
    if len(words.split()) != WORDS:
        raise refused
    try:
        share = Share.from_mnemonic(words)
    except (MnemonicError, ValueError):
        raise refused from None
    if len(share.value) != SECRET:
        raise refused
    return share


_PAPER = "?"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "-"
