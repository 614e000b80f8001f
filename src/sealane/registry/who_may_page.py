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


BY_TWO = """
## Acts of two people / 二人で行う行為

The second is another person than the first, and holds one of the duties named here. They stand
beside at once, by a credential of their own; or the act waits, up to 24 hours, until one of them
confirms it in a session of their own, judged anew as everything then stands. Two who act jointly
hold both duties between them. Where nothing stands under *waits*, both are there at once.
第二の人は第一の人とは別の人で、ここに掲げる職務のいずれかを持ちます。その場で本人の認証手段により立ち会うか、
又は行為が最長 24 時間待機し、第二の人が自分のセッションで承認した時点の状態で改めて判断されます。
「共同」の二人は、両方の職務を二人で併せ持ちます。「待機」の欄が空の行為は、二人が同時に行います。

| act | what | first, one of | second, one of | waits |
|---|---|---|---|---|
"""


def page(addresses: Mapping[Act, Sequence[str]], waiting: Mapping[Act, Sequence[str]]) -> str:
    """The whole page.

    Args:
        addresses: where the API does each act: method and path.
        waiting: the same of those that can wait for the second person.
    """
    proofs = [f"| `{proof}` | {MEANS[proof][0]}<br>{MEANS[proof][1]} |\n" for proof in PersonProof]
    rows = [_line(act, row, addresses.get(act, ())) for act, row in WHO_MAY.items()]
    two = [
        _by_two(act, row, row.second, waiting.get(act, ()))
        for act, row in WHO_MAY.items()
        if row.second is not None
    ]
    tables = (TABLE + "\n".join(rows) + "\n", BY_TWO + "\n".join(two) + "\n")
    return HEAD + "".join(proofs) + "".join(tables)


def _by_two(act: Act, row: ActRow, second: frozenset[Duty], waiting: Sequence[str]) -> str:
    jointly = "<br>jointly<br>共同" if row.jointly else ""
    cells = (
        f"`{act}`",
        f"{row.says}<br>{row.says_ja}",
        _who(row),
        f"{_duties(second)}{jointly}",
        "<br>".join(f"`{one}`" for one in waiting) or "–",
    )
    return f"| {' | '.join(cells)} |"


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
