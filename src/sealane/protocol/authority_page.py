"""`docs/authority.md`: the table of authority as people read it, made from its rows.

Spec: spec/exchange.md §3.1.
"""

from __future__ import annotations

from sealane.ledger import bodies
from sealane.protocol.authority import LATE_DAYS
from sealane.protocol.authority_table import (
    EVERY_STATE,
    OFFERED,
    TABLE,
    AuthorityRow,
    Copies,
    Version,
    Who,
)
from sealane.registry.records import Direction, ItemState

HEAD = f"""\
# Who may say what / 誰が何を述べられるか

A signature proves who speaks; this table says whether it is theirs to say. It is asked once, at the
door, of every statement, before anything of it is kept ([exchange.md](../spec/exchange.md) §3.1).
What it does not give is refused, noted once in the internal log by its digest, and changes nothing.
Item, direction and state are those of the receiver's own register.
署名は誰が述べたかを、この表は述べる権限があるかを示します。表にないものは拒否され、何も変わりません。

What comes later than the agreement's clock `late` lets it, {LATE_DAYS} days where there is none,
is refused (`statement.too_old`). An answer is as old as its question lets it be.
取決めの `late`（定めがなければ {LATE_DAYS} 日）を過ぎて届いたものは拒否されます。

| type | said by | may | the item at the receiver | under which version | what it may name |
|---|---|---|---|---|---|
"""
WAYS = {
    Direction.IN: "the speaker's item, received here",
    Direction.OUT: "ours, offered to the speaker",
}


def page() -> str:
    """The whole page."""
    return HEAD + "\n".join(_line(kind, TABLE[kind]) for kind in bodies.TYPES) + "\n"


def _line(kind: str, row: AuthorityRow) -> str:
    may = f"{row.may}<br>{row.may_ja}"
    who = f"{row.who.value[0]}<br>{row.who.value[1]}"
    version = f"{row.version.value[0]}<br>{row.version.value[1]}"
    return f"| `{kind}` | {who} | {may} | {_item(row)} | {version} | {_names(row)} |"


def _item(row: AuthorityRow) -> str:
    if row.who in (Who.ASKED, Who.ITSELF):
        return "–"
    if row.direction is None:
        return "none is named"
    where = WAYS[row.direction]
    if row.unseen:
        where += ", or not here yet: then by a number of the speaker's own series"
    return f"{where}; {_states(row)}"


def _states(row: AuthorityRow) -> str:
    if row.states == EVERY_STATE:
        return "in any state"
    if row.states == OFFERED:
        return "in any state since it was offered"
    return ", ".join(f"*{state}*" for state in ItemState if state in row.states)


def _names(row: AuthorityRow) -> str:
    named = []
    if row.refers is not None:
        named.append(f"`answers`: the `{row.refers}` between the two about this item")
    if row.copies is Copies.OURS:
        named.append("`copies`: at least one, each the receiver's")
    if row.copies is Copies.THEIRS:
        named.append("`copies`: at least one, each the speaker's and called back")
    if row.container:
        named.append("`container`: one that the receiver stated for the item")
    if row.version is Version.ASKED:
        named.append("`answers`: the very bytes of the question, and its item")
    return "; ".join(named) or "–"
