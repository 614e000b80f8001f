"""`sealane agreement notice` and `status`: an agreement's life after it was signed.

Spec: spec/agreement.md §5.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sealane.base.errors import Malformed, declare
from sealane.cli import access
from sealane.cli.agreements.input import NO_PARTY, SIGNATURES, enrolled, read_agreement
from sealane.cli.frame import acting, passphrase
from sealane.cli.frame.answer import Answer, alone, read_bytes, speaker

if TYPE_CHECKING:
    from sealane.agreements.lifecycle import Standing
    from sealane.agreements.noticefile import Notice

NOTICES = ".notices"
KINDS = ("suspend", "resume", "give-notice", "change-authority", "notify-law-change")
STATES = {
    "draft": ("draft", "草案"),
    "proposed": ("proposed", "提案済み"),
    "countersigned": ("countersigned", "署名完了"),
    "in-force": ("in force", "発効中"),
    "amended": ("amended", "改正済み"),
    "suspended": ("suspended", "停止中"),
    "ended": ("ended", "終了"),
}

BAD_DETAIL = declare(
    "agreement.notice_detail",
    Malformed,
    "A notice {kind!r} needs {what}.",
    "通告「{kind}」には {what} が必要です。",
    "See `sealane agreement notice --help`.",
    "`sealane agreement notice --help` を見てください。",
)


@alone("notice")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.argument("kind", type=click.Choice(KINDS))
@click.option(
    "--key",
    "key",
    metavar="K",
    required=True,
    type=click.Path(path_type=Path),
    help="A sealed key file, or a node's folder.",
)
@click.option("--party", help="For whom; the key file or node says it otherwise.")
@click.option("--reason", help="suspend, resume: why.")
@click.option("--effective", metavar="T", help="When it takes effect; now otherwise.")
@click.option("--until", metavar="T", help="give-notice: when the agreement ends.")
@click.option(
    "--detail",
    metavar="JSON",
    help='change-authority: the authority; notify-law-change: {"text": {"en", "ja"}}.',
)
@acting.by_two("With a node's keys: the security officer, in production with a second.")
@passphrase.option
def notice_(file: Path, kind: str, **options: Any) -> Answer:
    """Give signed notice for one party: suspend, resume, end, change an authority, tell of a
    change of law.
    """
    return _give(file, kind, options)


@alone("status")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--keys", "key_files", metavar="KEYS", multiple=True, help="Parties' enrolled keys.")
@click.option("--at", metavar="T", help="The instant asked about; now otherwise.")
@click.option(
    "--next", "successor", metavar="FILE", help="A later version that takes this one's place."
)
def status(file: Path, key_files: tuple[str, ...], at: str | None, successor: str | None) -> Answer:
    """Where an agreement stands: draft, proposed, countersigned, in force, amended, suspended,
    ended.
    """
    return _status(file, key_files, at, successor)


def detail_of(kind: str, options: dict[str, Any]) -> dict[str, Any]:
    """What the options say of a notice of
    this kind. Raises: Malformed `agreement.notice_detail`.
    """
    from sealane.base import canonical

    for name, used in (
        ("reason", ("suspend", "resume")),
        ("until", ("give-notice",)),
        ("detail", ("change-authority", "notify-law-change")),
    ):
        if options[name] is not None and kind not in used:
            raise BAD_DETAIL(kind=kind, what=f"no --{name}")
    if kind in ("suspend", "resume"):
        return {} if options["reason"] is None else {"reason": options["reason"]}
    wanted = "until" if kind == "give-notice" else "detail"
    if options[wanted] is None:
        raise BAD_DETAIL(kind=kind, what=f"--{wanted}")
    if wanted == "until":
        return {"until": options["until"]}
    made = canonical.parse(read_bytes(options["detail"], limit=1 << 16))
    if not isinstance(made, dict):
        raise BAD_DETAIL(kind=kind, what="--detail with a JSON object")
    return made


def state_name(state: str, *, ja: bool) -> str:
    """A state of an agreement's life in words."""
    return STATES[state][ja]


def _give(file: Path, kind: str, options: dict[str, Any]) -> Answer:
    from sealane.agreements import notice, noticefile
    from sealane.agreements.signing import Paper
    from sealane.base.values import format_instant, parse_instant
    from sealane.cli.agreements.signing_keys import signing_keys

    data, parsed = read_agreement(str(file))
    party = options["party"] or access.party_of(options["key"])
    if party is None:
        raise NO_PARTY(key=options["key"])
    detail = detail_of(kind, options)
    signers = signing_keys(options["key"], parsed.id, options)
    now = access.host().now()
    effective = now if options["effective"] is None else parse_instant(options["effective"])
    beside = file.with_name(file.name + NOTICES)
    whole = notice.give(
        parsed,
        Paper.of(parsed, data),
        notice.Draft(kind=kind, party=party, effective=effective, detail=detail),
        beside=read_bytes(str(beside), limit=noticefile.MAX_BYTES) if beside.exists() else None,
        at=now,
        signers=signers,
    )
    access.write_output(str(beside), whole)
    return Answer(
        {
            "agreement": parsed.id,
            "kind": kind,
            "party": party,
            "effective": format_instant(effective),
            "notices": str(beside),
        },
        f"{party}: {kind} -> {beside}",
    )


def _status(
    file: Path, key_files: tuple[str, ...], at: str | None, successor: str | None
) -> Answer:
    from sealane.agreements import endorsements, notice, noticefile, signing
    from sealane.agreements.history import stands
    from sealane.base.values import format_instant, parse_instant

    data, parsed = read_agreement(str(file))
    paper = signing.Paper.of(parsed, data)
    beside, told = (file.with_name(file.name + suffix) for suffix in (SIGNATURES, NOTICES))
    held = read_bytes(str(beside), limit=endorsements.MAX_BYTES) if beside.exists() else None
    keys = {**endorsements.named_keys(held, paper), **enrolled(key_files)}
    rows = endorsements.examine(held, paper, keys)
    signed = {row.party: row.time for row in rows if row.error is None and row.time is not None}
    notices = notice.accept(
        read_bytes(str(told), limit=noticefile.MAX_BYTES) if told.exists() else None,
        parsed,
        paper,
        keys,
    )
    instant = access.host().now() if at is None else parse_instant(at)
    follows = None if successor is None else read_agreement(successor)[1].period.since
    found = stands(parsed, signed, notices, at=instant, successor=follows)
    now = notice.current(parsed, notices, at=instant)
    effect = found.effect
    body = {
        "agreement": {"id": parsed.id, "version": parsed.version, "digest": parsed.digest},
        "at": format_instant(instant),
        "state": found.state,
        "since": None if found.since is None else format_instant(found.since),
        "signed": sorted(signed),
        "new_acts": effect.releases and now.in_force(instant),
        "duties": effect.duties,
        "clocks": list(found.clocks()),
        "steps": [{"event": row.event, "to": row.to, "entry": row.entry} for row in found.steps],
        "authorities": {party.id: [one.id for one in party.authorities] for party in now.parties},
        "notices": [one.as_json() for one in notices],
    }
    return Answer(body, _text(parsed.id, found, notices))


def _text(name: str, standing: Standing, notices: tuple[Notice, ...]) -> str:
    from sealane.base.values import format_instant

    ja = speaker().lang == "ja"
    since = "" if standing.since is None else f" ({format_instant(standing.since)})"
    out = [f"{name}: {STATES[standing.state][ja]}{since}"]
    if standing.effect.duties and not standing.effect.releases:
        out.append(
            "  新たな行為は停止し、交換されたものに関する義務は存続します。"
            if ja
            else "  New acts have stopped; duties on what was exchanged stay."
        )
    out += [
        f"  {format_instant(notice.effective)} {notice.party}: {notice.kind}" for notice in notices
    ]
    return "\n".join(out)


VERBS = (notice_, status)
"""What this module adds to its group, in the order of the help."""
