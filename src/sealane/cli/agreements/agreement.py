"""`sealane agreement ...`: check, sign, verify and compare agreements; needs no node.

Spec: spec/interfaces.md §Agreements and decisions; spec/agreement.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from sealane import shipped
from sealane.base.errors import Conflict, Untrusted, declare
from sealane.cli import access
from sealane.cli.agreements import life
from sealane.cli.agreements.input import NO_PARTY, SIGNATURES, enrolled, read_agreement
from sealane.cli.frame import acting, passphrase
from sealane.cli.frame.answer import Answer, read_bytes, speaker, take_in, verb

if TYPE_CHECKING:
    from sealane.agreements.agreement import Agreement
    from sealane.crypto.keys import PublicKey


NOT_SIGNED = declare(
    "agreement.not_signed_by_all",
    Untrusted,
    "Not every party's signature over these bytes is proven: {open}.",
    "全当事国の署名が確認できていません：{open}。",
    "See each party's row; all must sign the same bytes with enrolled keys.",
    "各当事国の欄を確認してください。全当事国が登録済みの鍵で同一のバイト列に署名する必要があります。",
)
KEYS_TWICE = declare(
    "agreement.keys_twice",
    Conflict,
    "{party} is given twice.",
    "{party} が二度指定されています。",
    "Give each party's keys once.",
    "当事国ごとに一度だけ指定してください。",
)


@click.group()
def agreement() -> None:
    """Check, sign, verify and compare agreements."""


@verb(agreement, "list")
def list_() -> Answer:
    """The agreements that ship, with their parties and periods."""
    from sealane.base.values import format_instant

    rows, lines = [], []
    loaded = shipped.agreements()
    for name in loaded:
        for version in loaded.versions(name):
            since, until = format_instant(version.period.since), None
            if version.period.until is not None:
                until = format_instant(version.period.until)
            rows.append(
                {
                    "id": version.id,
                    "version": version.version,
                    "digest": version.digest,
                    "model": version.model,
                    "title": {"en": version.title.en, "ja": version.title.ja},
                    "parties": [party.id for party in version.parties],
                    "since": since,
                    "until": until,
                }
            )
            parties = " ".join(party.id for party in version.parties)
            title = version.title.ja if speaker().lang == "ja" else version.title.en
            lines.append(
                f"{version.id:24} v{version.version}  {parties:20}  {since[:10]}"
                f" .. {(until or '')[:10]:10}  {title}"
            )
    return Answer({"agreements": rows}, "\n".join(lines))


@verb(agreement, "check")
@click.argument("file", metavar="FILE")
@click.option(
    "--in-use",
    is_flag=True,
    help="As an agreement to sign and use: even a model's unverified rows fail.",
)
def check(file: str, in_use: bool) -> Answer:
    """Parse strictly, lint, and run the agreement's own scenarios; exit 1 when anything fails."""
    from sealane.agreements.check import unverified
    from sealane.agreements.lines import Lines
    from sealane.cli.agreements.text import review_text
    from sealane.decisions.rehearsal.review import FAILED
    from sealane.library.decisions import check_agreement

    data, parsed = read_agreement(file)
    reviewed = check_agreement(parsed, in_use=in_use)
    lines = Lines(data.decode())
    body: dict[str, Any] = {
        "agreement": _ref(parsed),
        "passed": reviewed.passed,
        **reviewed.counts(),
        "findings": [finding.as_json(lines.of(finding.path)) for finding in reviewed.findings],
        "warnings": [
            {name: value for name, value in row.items() if name != "path"}
            | {"line": lines.of(row["path"])}
            for row in unverified(parsed)
        ],
        "failing": [
            outcome.as_json() | {"line": lines.of(("scenario", outcome.place))}
            for outcome in reviewed.failing
        ],
    }
    if not reviewed.passed:
        error = FAILED(errors=len(reviewed.errors), failing=len(reviewed.failing))
        body = {"error": error.as_json(), **body}
    return Answer(body, review_text(reviewed, lines, speaker().lang), 0 if reviewed.passed else 1)


@verb(agreement, "show")
@click.argument("file", metavar="FILE")
@click.option("--both", is_flag=True, help="Both languages side by side.")
def show(file: str, both: bool) -> Answer:
    """The agreement as a document to read: articles with their
    rules, areas, levels, time limits.
    """
    from sealane.cli.agreements.show import document

    parsed = read_agreement(file)[1]
    text = document(parsed, "both" if both else speaker().lang)
    return Answer({"agreement": _ref(parsed), "markdown": text}, text)


@verb(agreement, "keygen")
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option("--party", required=True, help="Whose keys these are, for example AUS.")
@passphrase.option
def keygen(out: Path, party: str, passphrase_file: str | None) -> Answer:
    """Make a sealed key file that signs for a party: one ES384 and one ML-DSA-87 key."""
    from sealane.base.values import identifier

    made = access.make_party_keys(out, identifier(party), passphrase.read(passphrase_file))
    return Answer({party: [key.as_json() for key in made]}, _fingerprints({party: made}))


@verb(agreement, "keys")
@click.argument("keys", metavar="K...", nargs=-1, required=True, type=click.Path(path_type=Path))
def keys_(keys: tuple[Path, ...]) -> Answer:
    """The public keys of key files or nodes' folders, as `verify --keys` takes them; no passphrase
    needed.
    """

    publics: dict[str, tuple[PublicKey, ...]] = {}
    for path in keys:
        party = access.party_of(path)
        if party is None:
            raise NO_PARTY(key=path)
        if party in publics:
            raise KEYS_TWICE(party=party)
        publics[party] = access.party_publics(path)
    return Answer({party: [key.as_json() for key in several] for party, several in publics.items()})


@verb(agreement, "sign")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--key",
    "key",
    metavar="K",
    required=True,
    type=click.Path(path_type=Path),
    help="A sealed key file, or a node's folder.",
)
@click.option("--party", help="For whom to sign; the key file or node says it otherwise.")
@click.option("--authority", help="Which competent authority signs; the first in office otherwise.")
@acting.by_two("With a node's keys: the security officer, in production with a second.")
@passphrase.option
def sign(file: Path, key: Path, party: str | None, authority: str | None, **people: Any) -> Answer:
    """Sign the exact bytes of an agreement for one party; the signature goes into FILE.sigs."""
    from sealane.agreements import endorsements, signing
    from sealane.cli.agreements.signing_keys import signing_keys

    data, parsed = read_agreement(str(file))
    paper = signing.Paper.of(parsed, data)
    whose = party or access.party_of(key)
    if whose is None:
        raise NO_PARTY(key=key)
    signers = signing_keys(key, parsed.id, people)
    endorsement = signing.endorse(
        paper, party=whose, authority=authority, at=access.host().now(), signers=signers
    )
    beside = file.with_name(file.name + SIGNATURES)
    held = read_bytes(str(beside), limit=endorsements.MAX_BYTES) if beside.exists() else None
    whole = endorsements.add(held, endorsement, paper, (signer.public for signer in signers))
    access.write_output(str(beside), whole)
    kids = [signer.public.kid for signer in signers]
    return Answer(
        {"agreement": _ref(parsed), "party": whose, "keys": kids, "signatures": str(beside)},
        f"{whose}: {parsed.id} v{parsed.version} {parsed.digest[:16]} -> {beside}",
    )


@verb(agreement, "verify")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--keys",
    "key_files",
    metavar="KEYS",
    multiple=True,
    help="Enrolled keys: as `agreement keys` prints them, a key file, or a node's folder.",
)
@click.option("--signatures", metavar="SIGS", help="The signatures file; FILE.sigs otherwise.")
def verify(file: Path, key_files: tuple[str, ...], signatures: str | None) -> Answer:
    """Who signed these exact bytes and who has not; exit 0 only when every party's signature is
    proven.
    """
    from sealane.agreements import endorsements, signing
    from sealane.cli.agreements.text import signatures_text

    data, parsed = read_agreement(str(file))
    paper = signing.Paper.of(parsed, data)
    beside = Path(signatures) if signatures else file.with_name(file.name + SIGNATURES)
    held = (
        read_bytes(str(beside), limit=endorsements.MAX_BYTES)
        if signatures or beside.exists()
        else None
    )
    known = enrolled(key_files)
    rows = endorsements.examine(held, paper, {**endorsements.named_keys(held, paper), **known})
    done = endorsements.complete(rows)
    body: dict[str, Any] = {
        "agreement": _ref(parsed),
        "complete": done,
        "signed": [row.party for row in rows if row.error is None],
        "open": [row.party for row in rows if row.error is not None],
        "signatures": [
            row.as_json() | {"trust": "enrolled" if row.party in known else "named-in-file"}
            for row in rows
        ],
    }
    if not done:
        body = {"error": NOT_SIGNED(open=", ".join(body["open"])).as_json(), **body}
    return Answer(body, signatures_text(parsed, rows, speaker().lang), 0 if done else 1)


@verb(agreement, "diff")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option(
    "--registry",
    metavar="NODE",
    help="A node's folder, or a JSON file of items and people: show the effect too.",
)
@click.option(
    "--at", metavar="T", help="The instant at which both versions are judged; now otherwise."
)
@click.option(
    "--accept-unverified", is_flag=True, help="Judge as an operator who accepts unverified rows."
)
def diff(
    old: str, new: str, registry: str | None, at: str | None, accept_unverified: bool
) -> Answer:
    """Two versions article by article; with a registry, which items become readable by whom and
    which stop.
    """
    from sealane.agreements.diff import diff as compare
    from sealane.base.values import parse_instant
    from sealane.cli.agreements.text import diff_text

    (_, before), (_, after) = read_agreement(old), read_agreement(new)
    changes = compare(before, after)
    body, effect = changes.as_json(), None
    if registry is not None:
        from sealane.decisions.outlook.effect import effect as work_out
        from sealane.decisions.outlook.world import World

        world = World(
            agreements=shipped.agreements(),
            schemes=shipped.schemes(),
            accepted=accept_unverified,
            at=access.host().now() if at is None else parse_instant(at),
        )
        items, readers = _registry(registry)
        effect = work_out(before, after, items, readers, world)
        body["effect"] = effect.as_json()
    return Answer(body, diff_text(changes, effect, speaker().lang))


@verb(agreement, "together")
@click.argument("request", metavar="REQUEST.json")
@click.option(
    "--with",
    "others",
    metavar="ID",
    multiple=True,
    help="Decide by these besides the one named; else by all that apply.",
)
@click.option("--audience", type=click.Choice(["officer", "requester"]), default="officer")
def together(
    request: str, others: tuple[str, ...], audience: Literal["officer", "requester"]
) -> Answer:
    """One act under several agreements: every forbid and duty holds,
    and at least one must permit.
    """
    from sealane.cli.agreements.text import together_text
    from sealane.decisions.applying import applying
    from sealane.decisions.markings import LabelCheck
    from sealane.decisions.request import request_from_bytes
    from sealane.decisions.several import decide_several
    from sealane.decisions.words import Words

    known = shipped.agreements()
    asked = request_from_bytes(
        read_bytes(request, limit=1 << 20),
        words=Words.of(known),
        labels=LabelCheck(shipped.schemes(), known),
    )
    for name in others:
        known.require(name)
    names = (asked.agreement, *others) if others else applying(asked, known)
    decision = decide_several(asked, names, agreements=known, schemes=shipped.schemes())
    text = together_text(decision, speaker().lang)
    return Answer(decision.as_json(audience), text, 0 if decision.permit else 1)


@verb(agreement, "overlay")
@click.argument("overlay", metavar="OVERLAY.cedar")
@click.option("--nation", required=True, help="Whose rules these are, for example AUS.")
@click.option(
    "--request",
    "request",
    metavar="REQUEST.json",
    help="Decide this request with the overlay upon it.",
)
def overlay_(overlay: str, nation: str, request: str | None) -> Answer:
    """Check a nation's own forbids in Cedar, or decide one request with them upon the agreement."""
    from sealane.decisions.decide import decide
    from sealane.decisions.markings import LabelCheck
    from sealane.decisions.overlay import facts_of, overlaid
    from sealane.decisions.request import request_from_bytes
    from sealane.decisions.words import Words

    rules = access.national_rules(nation, read_bytes(overlay, limit=1 << 20))
    if request is None:
        return Answer(
            {"nation": nation, "digest": rules.digest, "rules": list(rules.rules)},
            "\n".join(rules.rules),
        )
    known = shipped.agreements()
    asked = request_from_bytes(
        read_bytes(request, limit=1 << 20),
        words=Words.of(known),
        labels=LabelCheck(shipped.schemes(), known),
    )
    decision = decide(asked, agreements=known, schemes=shipped.schemes())
    verdict = overlaid(decision.permit, decision.digest, facts_of(asked), [rules])
    body = decision.as_json() | {
        "decision": "permit" if verdict.permit else "refuse",
        "overlay": {"digest": verdict.overlay_digest, "verdict": verdict.digest},
    }
    if not verdict.permit:
        body["obligations"] = []
    body["reasons"] = [*body["reasons"], *(reason.as_json() for reason in verdict.reasons)]
    ja = speaker().lang == "ja"
    said = ("許可" if ja else "permit") if verdict.permit else ("拒否" if ja else "refuse")
    lines = [said]
    lines += [
        f"  {unmet.clause}: {unmet.text_ja if ja else unmet.text}" for unmet in decision.unmet
    ]
    lines += [f"  {rule.clause}: {rule.text_ja if ja else rule.text}" for rule in verdict.reasons]
    return Answer(body, "\n".join(lines), 0 if verdict.permit else 1)


def _registry(place: str) -> tuple[Any, Any]:
    from sealane.base import canonical
    from sealane.decisions.outlook.facts import facts_from_json

    if Path(place).is_dir():
        return facts_from_json(access.registry_facts(place))
    return facts_from_json(canonical.parse(read_bytes(place, limit=1 << 30), limit=1 << 30))


def _ref(parsed: Agreement) -> dict[str, Any]:
    return {"id": parsed.id, "version": parsed.version, "digest": parsed.digest}


def _fingerprints(keys: dict[str, tuple[PublicKey, ...]]) -> str:
    return "\n".join(
        f"{party}  {key.alg:10} {key.kid}" for party, several in keys.items() for key in several
    )


take_in(agreement, life.VERBS)
