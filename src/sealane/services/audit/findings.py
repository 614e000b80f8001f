"""One difference that an audit found, in both languages: what it is, whose claim has proof, and
what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sealane.services.audit.compare_logs import TODO, Difference

WORDS: dict[str, tuple[str, str, str, str]] = {
    # kind: what, what in Japanese, to do, to do in Japanese
    "receipt.only_ours": (
        "{type} is not in {party}'s ledger",
        "{type} が {party} の台帳にありません",
        *TODO["only_ours"],
    ),
    "receipt.only_theirs": (
        "{type} is not in our ledger",
        "{type} が当方の台帳にありません",
        *TODO["only_theirs"],
    ),
    "receipt.unanswered": (
        "{type} has no answer in either ledger",
        "{type} への回答がどちらの台帳にもありません",
        *TODO["unanswered"],
    ),
    "item.missing": (
        "{whose}'s register lacks the item",
        "{whose} の登録簿に項目がありません",
        "Restore the register: `sealane ledger recover`.",
        "`sealane ledger recover` で登録簿を復元してください。",
    ),
    "item.unproven": (
        "{whose}'s register holds the item, but no statement in its ledger does",
        "{whose} の登録簿にある項目を示す文書が台帳にありません",
        "Open an incident: the row did not come about by an act.",
        "事案として扱ってください。行為によらない記載です。",
    ),
    "row.altered": (
        "{whose}'s register says {member} {held}, the signed statement says {proven}",
        "{whose} の登録簿の {member} は {held} ですが、署名済み文書では {proven} です",
        "Correct the register under a recorded authority.",
        "記録された権限のもとで登録簿を訂正してください。",
    ),
    "transfer.state": (
        "{whose}'s register says {held}, the receipts prove {proven}",
        "{whose} の登録簿では {held}、受領証の証明では {proven} です",
        "Correct the register, or ask for the missing receipt.",
        "登録簿を訂正するか、足りない受領証を求めてください。",
    ),
    "recall.differs": (
        "{whose}'s register says recalled: {held}, the ledger proves {proven}",
        "{whose} の登録簿では回収 {held}、台帳の証明では {proven} です",
        "Apply the recall and answer it.",
        "回収を反映し、回答してください。",
    ),
    "copy.missing": (
        "{whose}'s register lacks copy {proven}",
        "{whose} の登録簿に写しがありません（{proven}）",
        "Restore the row, muster the copy.",
        "行を復元し、写しを点検してください。",
    ),
    "copy.unproven": (
        "{whose}'s register holds copy {held}, which no statement made",
        "{whose} の登録簿の写し {held} を示す文書がありません",
        "Open an incident: find where the copy came from.",
        "事案として扱い、写しの出所を確かめてください。",
    ),
    "copy.state": (
        "{whose}'s register says copy {held}, the receipts prove {proven}",
        "{whose} の登録簿では写し {held}、受領証の証明では {proven} です",
        "Correct the register, or answer the open order.",
        "登録簿を訂正するか、未回答の指示に答えてください。",
    ),
    "bytes.missing": (
        "the bytes of a {type} that our ledger names are not held here",
        "当方の台帳にある {type} の本体がここにありません",
        "Fetch them: `sealane ledger recover`.",
        "`sealane ledger recover` で取り寄せてください。",
    ),
    "bytes.altered": (
        "the bytes held of a {type} are not those that our ledger names",
        "保有する {type} の本体が、台帳の示すものと異なります",
        "Open an incident; fetch them again with `sealane ledger recover`.",
        "事案として扱い、`sealane ledger recover` で取り直してください。",
    ),
    "clock.differs": (
        "the two clocks differ by about {seconds} seconds",
        "双方の時計がおよそ {seconds} 秒ずれています",
        "Set both clocks right; order follows from the ledgers, not from clocks.",
        "時計を合わせてください。順序は時計でなく台帳によります。",
    ),
    "ledger.altered": (
        "our ledger is not what was appended: {where}",
        "当方の台帳が追記時のものと異なります：{where_ja}",
        "Stop; restore the entry from the partner's mirror.",
        "停止し、相手国の写しから記録を戻してください。",
    ),
    "directory.altered": (
        "the record of {table} {name} is not what our ledger says was entered",
        "{table} {name} の記録が、当方の台帳に記された登録内容と異なります",
        "It counts for nothing; find out who had the folder, and enter it anew.",
        "この記録は効力がありません。フォルダーに触れた者を調べ、登録し直してください。",
    ),
    "directory.missing": (
        "our ledger tells of {count} records of people, facilities or clients that are not here",
        "当方の台帳にある人・施設・クライアントの記録 {count} 件が、ここにありません",
        "Somebody took them away by hand: enter them anew.",
        "手作業で取り除かれています。登録し直してください。",
    ),
    "ledger.contradiction": (
        "the partner's ledger does not show what it signed: {where}",
        "相手国の台帳が署名内容と一致しません：{where_ja}",
        "Keep the evidence; tell the partner; rely on nothing newer.",
        "証拠を保存し、相手国に知らせ、新しい記録に依拠しないでください。",
    ),
    "ledger.equivocation": (
        "the partner signed two histories of its ledger: fraud proof {held}",
        "相手国は自国の台帳について二つの異なる履歴に署名しました：不正の証明 {held}",
        "No key goes to the partner; take it up, then two people settle it (`node readmit`).",
        "相手国に鍵は開示しません。協議の後、二人が解決してください（`node readmit`）。",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`by` and `statement` name the party and the signed statement that prove the claim, where
    there is one.
    """

    kind: str
    item: str | None = None
    by: str | None = None
    statement: str | None = None
    about: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_ledger(cls, one: Difference, partner: str) -> Finding:
        """A difference between the two logs."""
        return cls(
            kind=f"receipt.{one.kind}",
            item=one.item,
            by=one.by,
            statement=one.statement,
            about={"type": one.type, "party": partner},
        )

    def as_json(
        self, proofs: tuple[set[str], set[str]], origins: tuple[str, str]
    ) -> dict[str, Any]:
        """With `proof`: the logs that hold the statement, so that whoever claims otherwise is shown
        wrong.
        """
        what, what_ja, do, do_ja = WORDS[self.kind]
        proof = [
            origin for held, origin in zip(proofs, origins, strict=True) if self.statement in held
        ]
        return {
            "item": self.item,
            "kind": self.kind,
            "difference": what.format(**self.about),
            "difference_ja": what_ja.format(**self.about),
            "proven_by": self.by if proof else None,
            "statement": self.statement,
            "proof": proof,
            "do": do,
            "do_ja": do_ja,
        }
