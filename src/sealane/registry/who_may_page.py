"""`docs/who-may.md`: the table of who may do what as people read it, made from its rows.

Spec: spec/interfaces.md §6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sealane.registry.person_proof import PersonProof
from sealane.registry.records import Duty
from sealane.registry.who_may import WHO_MAY, Act, ActRow

HEAD = """\
# Who may do what / 誰が何をできるか

A person's act is held against this table once, in the service, whether it comes from the console,
the command line or the API. What it does not give is refused, and nothing happens anywhere.
人の行為は、コンソール、コマンド、API のいずれでも、この表により一度だけ判断されます。
表にないものは拒否され、何も起こりません。

Refused in this order: nobody named (`usage.person`), nobody there (`person.unknown`), not proven
where the profile is `production` (`person.unproven`), no such item (`item.unknown`), another
nation's act (`item.not_yours`), no such duty (`person.duty`), no second (`person.second_needed`);
then what the item's state and the form of what was said allow.

What proves a person, as the entry in the internal log says (`proof`, and `second_proof` of who
stands beside):

| word | what it means |
|---|---|
"""
MEANS = {
    PersonProof.UNPROVEN: (
        "a name that somebody wrote; at an embedded node alone",
        "書かれた名前のみ（embedded のみ）",
    ),
    PersonProof.KEYSTORE: (
        "the passphrase of the keystore, without a name; at an embedded node alone",
        "鍵庫のパスフレーズのみ、名前なし（embedded のみ）",
    ),
    PersonProof.PASSPHRASE: ("the person's own passphrase", "本人のパスフレーズ"),
    PersonProof.INVITATION: (
        "an invitation issued to the person, redeemed once",
        "本人宛ての招待（一回限り）",
    ),
    PersonProof.SESSION: (
        "a session at the console that began with the person's own passphrase",
        "本人のパスフレーズで始まったコンソールのセッション",
    ),
    PersonProof.SESSION_PASSKEY: (
        "a session that began with a passkey of the person's own",
        "本人のパスキーで始まったセッション",
    ),
    PersonProof.SESSION_OIDC: (
        "a session that the nation's OpenID Connect provider answers for",
        "国の OpenID Connect プロバイダーが保証するセッション",
    ),
    PersonProof.SESSION_CERTIFICATE: (
        "a session that began with the person's client certificate",
        "本人のクライアント証明書で始まったセッション",
    ),
    PersonProof.SESSION_RECOVERY: (
        "a session that began with one of the person's recovery codes",
        "本人の回復コードで始まったセッション",
    ),
    PersonProof.SESSION_INVITATION: (
        "a session that began with an invitation, for the person to set a credential",
        "招待で始まり、本人が認証手段を設定するためのセッション",
    ),
    PersonProof.TOKEN: ("the person's own token", "本人のトークン"),
}
TABLE = """
*Keystore*: at an embedded node the passphrase of the keystore is enough, without a name; *always*:
at the folder of a production node too, for a verb of its operator. *Second*: in production another
person stands beside, with a duty and a credential of their own.
*鍵庫*：embedded のノードでは鍵庫のパスフレーズだけで足ります（「常に」は production
のノードのフォルダーでも同じ）。*第二の人*：production のノードでは、
職務と本人の証明を持つ別の人が必要です。

| act | what | whose | duty, one of | keystore | second, one of | command | console | API |
|---|---|---|---|---|---|---|---|---|
"""


def page(addresses: Mapping[Act, Sequence[str]]) -> str:
    """The whole page.

    Args:
        addresses: where the API does each act: method and path.
    """
    proofs = [f"| `{proof}` | {MEANS[proof][0]}<br>{MEANS[proof][1]} |\n" for proof in PersonProof]
    rows = [_line(act, row, addresses.get(act, ())) for act, row in WHO_MAY.items()]
    return HEAD + "".join(proofs) + TABLE + "\n".join(rows) + "\n"


def _line(act: Act, row: ActRow, addresses: Sequence[str]) -> str:
    cells = (
        f"`{act}`",
        f"{row.says}<br>{row.says_ja}",
        f"{row.side.value[0]}<br>{row.side.value[1]}",
        _who(row),
        _by_keystore(row),
        "–" if row.second is None else _duties(row.second),
        ", ".join(f"`{command}`" for command in row.commands) or "–",
        f"`{row.page}`" if row.page else "–",
        "<br>".join(f"`{one}`" for one in addresses) or "–",
    )
    return f"| {' | '.join(cells)} |"


def _by_keystore(row: ActRow) -> str:
    if row.keeper:
        return "always<br>常に"
    return "yes" if row.keystore else "–"


def _who(row: ActRow) -> str:
    if row.duties is None:
        return "everybody in the directory<br>名簿の全員"
    beside = "<br>or the item's own originator<br>又は項目の作成者本人" if row.originator else ""
    return _duties(row.duties) + beside


def _duties(duties: frozenset[Duty]) -> str:
    return ", ".join(f"`{duty}`" for duty in Duty if duty in duties)
