"""`sealane seal`, `open` and `inspect`.

Spec: spec/interfaces.md §1 (sealing).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sealane.cli import access
from sealane.cli.frame import acting, passphrase
from sealane.cli.frame.answer import USAGE, Answer, command, read_bytes, speaker
from sealane.cli.frame.marks import marked
from sealane.cli.sealing import at_node

if TYPE_CHECKING:
    from sealane.crypto.keys import PublicKey
    from sealane.sealing.inspection import Inspection

MAX_KEY_FILE = 1 << 16
MAX_LABEL = 1 << 20

_node = click.option("--node", metavar="DIR", default=None, help="The node's folder.")
_parties = click.option(
    "--origin-keys",
    "origin_keys",
    metavar="FILE",
    default=None,
    help="JSON list of the originator's public keys, as `agreement keygen` prints them.",
)


@click.command("inspect")
@click.argument("source", metavar="IN")
@_node
@_parties
@command
def inspect(source: str, node: str | None, origin_keys: str | None) -> Answer:
    """What the container claims and what is proven, without a key."""
    from sealane.sealing.inspection import inspect as look

    with access.seekable_input(source) as file:
        inspection = look(file, parties=_keys(node, origin_keys))
    return Answer(inspection.as_json(), _told(inspection), 1 if inspection.failed else 0)


@click.command("open")
@click.argument("source", metavar="IN")
@click.argument("target", metavar="OUT")
@_node
@acting.named("Who opens; not needed where the node has one person.")
@click.option("--purpose", metavar="P", default=None, help="What it is opened for.")
@click.option(
    "--kas-key",
    "kas_keys",
    metavar="PEM",
    multiple=True,
    help="Open with a key service's private key in hand: recovery and public vectors.",
)
@click.option(
    "--range",
    "span",
    metavar="OFFSET:LENGTH",
    default=None,
    help="With --kas-key: a part of the plaintext only.",
)
@_parties
@passphrase.option
@command
def open_(
    *,
    source: str,
    target: str,
    node: str | None,
    person: str | None,
    token_file: str | None,
    purpose: str | None,
    kas_keys: tuple[str, ...],
    span: str | None,
    origin_keys: str | None,
    passphrase_file: str | None,
) -> Answer:
    """Ask the key services, verify everything, then release the plaintext; OUT never exists
    half-written.
    """
    if kas_keys:
        return _open_with_keys(source, target, kas_keys, _keys(node, origin_keys), _span(span))
    if node is None or purpose is None or span is not None:
        raise USAGE(
            why="give --node and --purpose, or --kas-key",
            why_ja="--node と --purpose か、--kas-key を指定してください",
            command="sealane open",
        )
    data = at_node.open_file(
        node,
        source,
        target,
        purpose=purpose,
        named=at_node.Naming(person, token_file),
        passphrase_file=passphrase_file,
    )
    return Answer(
        data, f"{target} に開封しました。" if speaker().lang == "ja" else f"Opened into {target}."
    )


@click.command("seal")
@click.argument("source", metavar="IN")
@click.argument("target", metavar="OUT")
@click.option("--label", "label_file", metavar="L.json", required=True, help="The label, as JSON.")
@click.option(
    "--profile",
    type=click.Choice(["sovereign", "interop"]),
    default=None,
    help="How the key is wrapped.",
)
@click.option(
    "--to", metavar="PARTY", default=None, help="Seal for a partner; default: the own node."
)
@click.option("--agreement", metavar="ID", default=None, help="The agreement it is sealed under.")
@click.option("--purpose", metavar="P", default=None, help="The purpose it is shared for.")
@click.option("--media-type", "media_type", metavar="TYPE", default="application/octet-stream")
@acting.named("The originator; at an embedded node the keystore's passphrase is enough.")
@_node
@passphrase.option
@command
def seal(
    *,
    source: str,
    target: str,
    label_file: str,
    profile: str | None,
    to: str | None,
    agreement: str | None,
    purpose: str | None,
    media_type: str,
    person: str | None,
    token_file: str | None,
    node: str | None,
    passphrase_file: str | None,
) -> Answer:
    """Seal a file; needs no running node."""
    from sealane.base import canonical
    from sealane.labels.model.label import label_from_json

    label = label_from_json(canonical.parse(read_bytes(label_file, limit=MAX_LABEL)))
    if to is not None and (agreement is None or purpose is None):
        raise USAGE(
            why="--to needs --agreement and --purpose",
            why_ja="--to には --agreement と --purpose が必要です",
            command="sealane seal",
        )
    if node is None:
        raise USAGE(why="give --node", why_ja="--node を指定してください", command="sealane seal")
    data = at_node.seal_file(
        node,
        source,
        target,
        label=label,
        profile=profile,
        to=to,
        agreement=agreement,
        purpose=purpose,
        media_type=media_type,
        named=at_node.Naming(person, token_file),
        passphrase_file=passphrase_file,
    )
    return Answer(
        data, f"{target} に封緘しました。" if speaker().lang == "ja" else f"Sealed into {target}."
    )


def _open_with_keys(
    source: str,
    target: str,
    kas_keys: tuple[str, ...],
    parties: list[Mapping[str, PublicKey]],
    span: tuple[int, int] | None,
) -> Answer:
    from sealane.sealing.keywrap import KemPrivateKey, KeyRing
    from sealane.services.opening.with_key_in_hand import open_with_keys

    ring = KeyRing(
        [KemPrivateKey.from_pem(read_bytes(path, limit=MAX_KEY_FILE)) for path in kas_keys],
        any_kid=True,
    )
    with access.seekable_input(source) as file, access.whole_output(target) as sink:
        speaker().progress.reading(file)
        opened = open_with_keys(file, sink, ring, parties=parties, span=span)
    claims = opened.claims
    proven = claims is not None and claims.proven
    data = {
        "plaintext_bytes": opened.plaintext_bytes,
        "media_type": opened.media_type,
        "origin_proven": proven,
        "label": claims.label.as_json() if claims else None,
        "seal_digest": claims.seal_digest if claims else None,
    }
    if speaker().lang == "ja":
        return Answer(
            data,
            f"{target}：{opened.plaintext_bytes} バイト。"
            f"作成国は{'証明済み' if proven else '証明されていません'}。",
        )
    return Answer(
        data,
        f"{target}: {opened.plaintext_bytes} bytes; origin {'proven' if proven else 'not proven'}.",
    )


def _span(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    offset, _, length = text.partition(":")
    if not (
        offset.isascii()
        and offset.isdigit()
        and length.isascii()
        and length.isdigit()
        and len(text) < 40
    ):
        raise USAGE(
            why="--range is OFFSET:LENGTH",
            why_ja="--range は OFFSET:LENGTH の形です",
            command="sealane open",
        )
    return int(offset), int(length)


def _keys(node: str | None, origin_keys: str | None) -> list[Mapping[str, PublicKey]]:
    """The key sets a seal may come from: the node's own of each time, and the given file's."""
    from sealane.base import canonical
    from sealane.crypto.keys import BAD_KEY
    from sealane.crypto.keys import PublicKey as Key

    several: list[Mapping[str, PublicKey]] = []
    if node is not None:
        several += [{key.kid: key for key in keys} for keys in access.party_generations(Path(node))]
    if origin_keys is not None:
        listed = canonical.parse(read_bytes(origin_keys, limit=MAX_KEY_FILE))
        if not isinstance(listed, list) or not listed:
            raise BAD_KEY(alg="public")
        keys = [Key.from_json(one) for one in listed]
        several.append({key.kid: key for key in keys})
    return several


def _told(inspection: Inspection) -> str:
    from sealane.sealing.inspection import FACTS

    language = 1 if speaker().lang == "ja" else 0
    heads = (
        ("Proven", "証明済み"),
        ("Failed", "不成立"),
        ("Not to be told without a key", "鍵なしでは分からないこと"),
    )
    lines = [
        heads[0][language] + ":",
        *(f"  + {FACTS[name][language]}" for name in inspection.proven),
    ]
    if inspection.failed:
        lines += [heads[1][language] + ":"]
        lines += [
            f"  ! {error.code}: {error.message_ja if language else error.message}"
            for error in inspection.failed
        ]
    lines += [
        heads[2][language] + ":",
        *(f"  ? {FACTS[name][language]}" for name in inspection.unverifiable),
    ]
    claimed = {
        name: inspection.claimed[name]
        for name in ("media_type", "plaintext_bytes", "profile", "agreement", "sealed_at")
    }
    label = inspection.claimed["label"]
    lines += [
        ("Claimed", "主張")[language] + ":",
        *(f"  {name}: {value}" for name, value in claimed.items() if value),
    ]
    if label:
        lines.append(f"  label: {marked(label)}")
    return "\n".join(lines)
