"""Cutting a tear-line: nothing from above the line may be left in the file, and a machine looks.

Who cuts is a release officer, cleared or not. One who may open a source sees what is left side by
side with it; for one who may not, the node compares, shows nobody anything, and says no more than
that something is left. A source that this node cannot read is compared with nothing, and that is
said. What of the file itself nobody can read is passed over only for a reason that stays on record.
What the check was, and what it covered, is signed.
Spec: spec/residue.md; R13, R34, R57.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from sealane.base import canonical
from sealane.base.errors import Malformed, Refused, SealaneError, declare
from sealane.contents.found import ContentPart, FileContents, Layer, Unread
from sealane.contents.portions import Portion, numbers, portions
from sealane.contents.residue import FINDINGS_MOST, VERSION, Residue, SourceText, residue
from sealane.crypto import jws
from sealane.labels.model.label import Label, label_from_json
from sealane.ports import Tx
from sealane.registry.records import Given, Item
from sealane.services.deciding.label_bounds import keeps
from sealane.services.deciding.national_rule import NATIONAL, national_refusal
from sealane.services.deciding.written_marks import read_mark
from sealane.services.node import Node
from sealane.services.opening import own_content
from sealane.services.register.acts import Actor
from sealane.services.statements.journal import record

NOTE = "application/vnd.sealane.note+json"
"""The media type of the note that stands for what is no file."""
REPORT = "sealane-residue-report"
"""The type of what the node signs of a check."""
READ_MOST, SHOWN_MOST, PARAGRAPH = 32 << 20, 500, 400
"""Bytes of a file that is read, paragraphs of a source that are shown, and characters of one."""
REASON = 500

RESIDUE = declare(
    "derive.residue",
    Refused,
    "{count} things from above the line are left in the file; nothing was registered.",
    "線より上の内容がファイルに {count} 件残っています。登録していません。",
    "Take them out; name paragraphs that may stand in it with --released. What a source holds that"
    " you may not open is not shown: let an officer who may open it look.",
    "取り除いてください。含めてよい段落は --released で指定してください。開けない元の項目の内容は"
    "示されません。開ける担当官に確認を依頼してください。",
)
UNREAD = declare(
    "derive.unread",
    Refused,
    "{count} parts cannot be read here, so nobody knows what is left in them; nothing was"
    " registered.",
    "ここで読めない部分が {count} か所あり、残りがないことを確かめられません。登録していません。",
    "Take them out, or say with --reason why they hold nothing from above the line.",
    "取り除くか、線より上の内容を含まない理由を --reason で述べてください。",
)
NO_PARAGRAPH = declare(
    "derive.released",
    Malformed,
    "{text!r} names no paragraphs of a source.",
    "{text!r} は元の項目の段落を指していません。",
    "Write numbers, such as 3,5-7, or ITEM:3,5-7 where there are several sources.",
    "3,5-7 のように番号で書いてください。元の項目が複数のときは 項目番号:3,5-7 とします。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What is cut from which sources, under which label, by whom."""

    sources: tuple[str, ...]
    label: Label
    actor: Actor
    released: tuple[str, ...] = ()
    """Paragraphs that may stand in it, as the officer names them."""
    reason: str | None = None
    """Why what nobody can read holds nothing from above the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CutReport:
    """A check that found nothing: what it was and what it covered, signed."""

    signed: str
    covered: tuple[str, ...]
    unread: tuple[Mapping[str, str], ...]
    uncompared: tuple[Mapping[str, str], ...] = ()
    """Sources of which this node read nothing: `item` and `why`; no check was made of them."""

    @property
    def digest(self) -> str:
        return canonical.sha384(self.signed.encode())

    def as_json(self) -> dict[str, Any]:
        """As the officer is told of it."""
        return {
            "version": VERSION,
            "covered": list(self.covered),
            "unread": [dict(one) for one in self.unread],
            "uncompared": [dict(one) for one in self.uncompared],
        }


@dataclass
class _Source:
    """One source as it was read."""

    row: Item
    contents: FileContents
    may_see: bool
    """Whether the officer may open it, and is shown it."""
    portions: list[Portion] = field(default_factory=list)

    @property
    def uncompared(self) -> str | None:
        """Why nothing of it was read, so that nothing was compared; None: something was."""
        unread = self.contents.unread
        return unread[0].why if unread and not self.contents.parts else None


def checked(node: Node, cut: Cut, source: BinaryIO) -> CutReport:
    """The report of a check that found nothing from above the line in a file.

    Raises: Malformed `derive.released`; Refused `national.refused` where paragraphs are named of a
    source that the officer may not open, `derive.residue`, `derive.unread`, each with what was
    found in `details`.
    """
    # 1. Every source is read, on record: by the officer who may open it, else by the node alone.
    opened = [_opened(node, item, cut) for item in dict.fromkeys(cut.sources)]
    named = _named(cut, [one.row.id for one in opened])
    for one in opened:
        one.portions = portions(one.contents, _covers(node, cut.label), named[one.row.id])
        if max(named[one.row.id], default=0) > len(one.portions):
            raise NO_PARAGRAPH(text=str(max(named[one.row.id])))
    # 2. The file is looked through for what is theirs above the line.
    digest = hashlib.file_digest(source, "sha384").hexdigest()  # type: ignore[arg-type]
    source.seek(0)
    made = _read(node, source.read(READ_MOST + 1))
    source.seek(0)
    found = _left(made, digest, opened)
    shown = {"sources": [_shown(one) for one in opened if one.may_see]}
    if found:
        told = _told(found, opened)
        raise _refused(node, cut, RESIDUE(count=len(told), details={"findings": told, **shown}))
    # 3. What of the file nobody can read is answered for; of a source it is said.
    reason = (cut.reason or "").strip()[:REASON]
    unread = [{"where": one.place, "why": one.why} for one in made.unread]
    if unread and not reason:
        listed = unread[:FINDINGS_MOST]
        raise _refused(node, cut, UNREAD(count=len(unread), details={"unread": listed, **shown}))
    return _report(node, made, digest, opened, reason=reason)


def _opened(node: Node, item: str, cut: Cut) -> _Source:
    """A source's own plaintext: for an officer who may open it, or for the comparison alone.

    Raises: Malformed `derive.released`; Refused `national.refused`.
    """
    with node.store.reading() as tx:
        row = node.item(tx, item)
        person = node.person(tx, str(cut.actor.person))
        why = national_refusal(node, person, label_from_json(row.label), row)
        given = _kept(node, tx, item)
    if why is not None and _named(cut, list(dict.fromkeys(cut.sources)))[item]:
        # to say of a paragraph that it may go is to have read it
        with node.store.writing() as tx:
            told = {"reason": NATIONAL.code, "outcome": "refused", **cut.actor.told()}
            record(node, tx, "key.refused", item=item, policy=_policy(node, tx, item), **told)
        raise NATIONAL(party=node.party, person=cut.actor.person, why=why.why, why_ja=why.why_ja)
    may_see = why is None
    if given is None:
        return _Source(row, FileContents("other", (), (Unread("file", "not-kept"),)), may_see)
    if given.sealed["plaintext_bytes"] > READ_MOST:
        return _Source(row, FileContents("other", (), (Unread("file", "limits"),)), may_see)
    plain = io.BytesIO()
    kind = "key.released" if may_see else "derive.compared"
    own_content.read(node, given, plain, actor=cut.actor, kind=kind)
    if row.media_type == NOTE:
        return _Source(row, _note(plain.getvalue()), may_see)
    return _Source(row, _read(node, plain.getvalue()), may_see)


def _kept(node: Node, tx: Tx, item: str) -> Given | None:
    try:
        return own_content.kept(node, tx, item)
    except SealaneError as error:
        if error.code != own_content.NOT_KEPT.code:
            raise
        return None


def _policy(node: Node, tx: Tx, item: str) -> str | None:
    rows = node.records.containers.find(tx, order="policy_uuid", limit=1, item=item)
    return rows[0].policy_uuid if rows else None


def _note(data: bytes) -> FileContents:
    """What stands for an item that is no file: its title. What was said or shown is in no file, and
    no machine compares it.
    """
    title = str(json.loads(data).get("title", ""))
    return FileContents("note", (ContentPart(Layer.TEXT, "title", title),))


def _read(node: Node, data: bytes) -> FileContents:
    if len(data) > READ_MOST or node.contents is None:
        why = "no-reader" if node.contents is None else "limits"
        return FileContents("other", (), (Unread("file", why),))
    return node.contents.read(data)


def _covers(node: Node, label: Label) -> Callable[[str], bool | None]:
    """Whether the cut's label covers a mark, each worked out once."""
    known: dict[str, bool | None] = {}

    def covers(text: str) -> bool | None:
        if text not in known:
            mark = read_mark(node, text)
            known[text] = None if mark is None else keeps(node, mark, label)
        return known[text]

    return covers


def _named(cut: Cut, items: Sequence[str]) -> dict[str, set[int]]:
    """The paragraphs that the officer named, by source. Raises: Malformed `derive.released`."""
    found: dict[str, set[int]] = {item: set() for item in items}
    for text in cut.released:
        item, colon, said = text.rpartition(":")
        try:
            found[item if colon else items[0]] |= set(numbers(said))
        except (ValueError, KeyError):
            raise NO_PARAGRAPH(text=text[:80]) from None
    return found


def _left(made: FileContents, digest: str, opened: Sequence[_Source]) -> list[Residue]:
    same = [
        Residue("file", "same", one.row.id, one.row.id, None, one.row.title)
        for one in opened
        if one.row.document == digest
        and not (one.portions and all(each.released for each in one.portions))
    ]
    texts = [
        SourceText(one.row.id, one.portions, one.contents.of(Layer.METADATA)) for one in opened
    ]
    return [*same, *residue(made, texts)][:FINDINGS_MOST]


def _told(found: Sequence[Residue], opened: Sequence[_Source]) -> list[dict[str, Any]]:
    """What is left, for the officer; of a source that the officer may not open only that something
    is: neither where nor which words, by which its content could be tried out.
    """
    hidden = {one.row.id for one in opened if not one.may_see}
    told = [Residue("file", one.what, "", one.item) if one.item in hidden else one for one in found]
    return [one.as_json() for one in dict.fromkeys(told)]


def _shown(source: _Source) -> dict[str, Any]:
    """A source's paragraphs, for the officer who looks at both."""
    return {
        "item": source.row.id,
        "paragraphs": [
            {"number": one.number, "text": one.text[:PARAGRAPH], "released": one.released}
            for one in source.portions[:SHOWN_MOST]
        ],
    }


def _refused(node: Node, cut: Cut, error: SealaneError) -> SealaneError:
    """Enter that a cut was refused, by which code."""
    with node.store.writing() as tx:
        record(
            node,
            tx,
            "derive.refused",
            items=sorted(set(cut.sources)),
            version=VERSION,
            reason=error.code,
            outcome="refused",
            **cut.actor.told(),
        )
    return error


def _report(
    node: Node, made: FileContents, digest: str, opened: Sequence[_Source], *, reason: str
) -> CutReport:
    covered = tuple(sorted({made.form, *(str(one) for one in Layer)}))
    unread = _unread(made, opened)
    said = {
        "v": 1,
        "check": VERSION,
        "node": node.settings.node,
        "party": node.party,
        "file": digest,
        "form": made.form,
        "covered": list(covered),
        "unread": unread,
        "reason": reason or None,
        "sources": [
            {
                "item": one.row.id,
                "form": one.contents.form,
                "compared": one.uncompared is None,
                "shown": one.may_see,
                "paragraphs": len(one.portions),
                "released": [each.number for each in one.portions if each.released],
            }
            for one in opened
        ],
        "at": node.now()[1],
    }
    signed = jws.sign(canonical.encode(said), node.signers_for(None), typ=REPORT).decode()
    return CutReport(
        signed=signed,
        covered=covered,
        unread=tuple(unread),
        uncompared=tuple(
            {"item": one.row.id, "why": one.uncompared} for one in opened if one.uncompared
        ),
    )


def _unread(made: FileContents, opened: Sequence[_Source]) -> list[dict[str, str]]:
    """What nobody could read, of the file and of each source; of one that is not shown no place."""
    unread = [{"where": one.place, "why": one.why} for one in made.unread]
    for source in opened:
        for one in source.contents.unread:
            where = f"{source.row.id}: {one.place}" if source.may_see else source.row.id
            unread.append({"where": where, "why": one.why})
    return unread[:FINDINGS_MOST]
