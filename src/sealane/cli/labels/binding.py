"""`sealane label bind`, `unbind`, `verify`: a label carried by the file itself, or beside it.

Office documents and PDF carry it inside; every other file has a sidecar `FILE.bdo`. Verifying reads
no clock and asks no node: it answers whether the label that is bound was bound to exactly these
bytes.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sealane import shipped
from sealane.base.inputs import UNREADABLE
from sealane.cli import access
from sealane.cli.frame import passphrase
from sealane.cli.frame.answer import Answer, read_bytes, verb

if TYPE_CHECKING:
    from sealane.labels.binding.information import Bound, Sign

MAX_EMBEDDED, MAX_SIDECAR, MAX_LABEL = 256 << 20, 1 << 20, 1 << 20
CHUNK = 1 << 20
SUFFIX = ".bdo"


def add_binding(group: click.Group) -> None:
    """Give the `label` group its binding verbs."""
    verb(group, "bind")(bind)
    verb(group, "unbind")(unbind)
    verb(group, "verify")(verify)


@click.argument("file", type=click.Path())
@click.option("--label", "label_file", required=True, help="The label, as JSON (- for stdin).")
@click.option(
    "--out",
    default=None,
    help="Where the labelled file goes (documents and PDF; default: FILE is replaced).",
)
@click.option("--sidecar", is_flag=True, help="Write FILE.bdo even for a document or PDF.")
@click.option(
    "--key",
    default=None,
    type=click.Path(),
    help="Sign with these statement keys: a key file or a node's folder.",
)
@passphrase.option
def bind(
    *,
    file: str,
    label_file: str,
    out: str | None,
    sidecar: bool,
    key: str | None,
    passphrase_file: str | None,
) -> Answer:
    """Bind a label to a file: inside docx, xlsx, pptx and PDF, beside everything else."""
    from sealane.adapters.files import write_whole
    from sealane.base import canonical
    from sealane.labels.binding.information import write_binding
    from sealane.labels.binding.ooxml import bind_ooxml
    from sealane.labels.binding.pdf import bind_pdf
    from sealane.labels.model.label import label_from_json

    schemes = shipped.schemes()
    label = label_from_json(canonical.parse(read_bytes(label_file, limit=MAX_LABEL)))
    schemes.check(label)
    kind = "sidecar" if sidecar else _kind(file)
    sign = None if key is None else _signer(key, passphrase_file)
    if kind == "sidecar":
        target = Path(file + SUFFIX)
        data = write_binding(label, schemes, {_uri(file): _digest(file)}, sign=sign).encode("utf-8")
    else:
        target = Path(out or file)
        embed = bind_ooxml if kind == "ooxml" else bind_pdf
        data = embed(read_bytes(file, limit=MAX_EMBEDDED), label, schemes, sign=sign)
    write_whole(target, data, mode=0o644)
    answer = {
        "bound": str(target),
        "kind": kind,
        "label": label.as_json(),
        "signed": sign is not None,
    }
    return Answer(answer, f"{target}: {label.policy} {label.classification} ({kind})")


@click.argument("file", type=click.Path())
@click.option(
    "--out", default=None, help="Where the file without its label goes (default: FILE is replaced)."
)
def unbind(file: str, out: str | None) -> Answer:
    """Take the label off a file; a sidecar is removed."""
    from sealane.adapters.files import write_whole
    from sealane.labels.binding.errors import BINDING_MISSING
    from sealane.labels.binding.ooxml import unbind_ooxml
    from sealane.labels.binding.pdf import unbind_pdf

    sidecar, kind = Path(file + SUFFIX), _kind(file)
    if sidecar.is_file():
        sidecar.unlink()
        return Answer({"unbound": str(sidecar), "kind": "sidecar"}, f"{sidecar}: removed")
    if kind == "sidecar":
        raise BINDING_MISSING()
    strip = unbind_ooxml if kind == "ooxml" else unbind_pdf
    target = Path(out or file)
    write_whole(target, strip(read_bytes(file, limit=MAX_EMBEDDED)), mode=0o644)
    return Answer({"unbound": str(target), "kind": kind}, f"{target}: label removed")


@click.argument("file", type=click.Path())
@click.option(
    "--signer",
    multiple=True,
    type=click.Path(),
    help="Whose signature is required: a key file or a node's folder.",
)
@click.option(
    "--certificate",
    default=None,
    type=click.Path(),
    help="Whose XML signature is required: a certificate or public key in PEM.",
)
def verify(file: str, signer: tuple[str, ...], certificate: str | None) -> Answer:
    """Check that the label bound to a file belongs to exactly these bytes; prints it only then."""
    from sealane.labels.binding.information import (
        verify_references,
        verify_signers,
        verify_xml_signature,
    )
    from sealane.labels.binding.ooxml import verify_ooxml
    from sealane.labels.binding.pdf import verify_pdf
    from sealane.labels.binding.reading import read_binding

    schemes = shipped.schemes()
    sidecar = Path(file + SUFFIX)
    kind = "sidecar" if sidecar.is_file() else _kind(file)
    if kind == "sidecar":
        bound = read_binding(_sidecar(sidecar), schemes)
        verify_references(bound, {_uri(file): _digest(file)})
    else:
        bound = (verify_ooxml if kind == "ooxml" else verify_pdf)(
            read_bytes(file, limit=MAX_EMBEDDED), schemes
        )
    answer = _answer(bound, kind)
    if signer:
        keys = {key.kid: key for path in signer for key in access.party_publics(Path(path))}
        answer["signed_by"] = list(verify_signers(bound, keys))
    if certificate is not None:
        verify_xml_signature(bound, read_bytes(certificate, limit=MAX_LABEL))
        answer |= {"xml_signature": "verified", "verified": True}
    proof = (
        "XML signature unverified / XML 署名は未検証"
        if answer["xml_signature"] == "unverified"
        else "verified"
    )
    return Answer(
        answer,
        f"{file}: {bound.label.policy} {bound.label.classification} ({kind}, {proof})",
        0 if answer["verified"] else 1,
    )


def _answer(bound: Bound, kind: str) -> dict[str, Any]:
    return {
        "verified": not bound.xml_signatures,
        "kind": kind,
        "label": bound.label.as_json(),
        "alternatives": [label.as_json() for label in bound.alternatives],
        "covers": sorted(bound.references),
        "notes": [note.as_json() for note in bound.notes],
        "signature": "present" if bound.signature else "none",
        "signed_by": [],
        "xml_signature": "unverified" if bound.xml_signatures else "none",
    }


def _signer(key: str, passphrase_file: str | None) -> Sign:
    """Signs with every statement key of a key file
    or node. Raises: NotFound `agreement.key_file`.
    """
    from sealane.crypto import jws
    from sealane.labels.binding.information import SIGNATURE_TYPE

    signers = access.party_signers(Path(key), passphrase.read(passphrase_file))
    return lambda payload: jws.sign(payload, signers, typ=SIGNATURE_TYPE)


def _sidecar(path: Path) -> bytes:
    from sealane.labels.binding.errors import BINDING_MISSING

    if not path.is_file():
        raise BINDING_MISSING()
    return read_bytes(str(path), limit=MAX_SIDECAR)


def _kind(file: str) -> str:
    """How a file carries a label, by its first bytes."""
    try:
        with Path(file).open("rb") as source:
            head = source.read(5)
    except OSError as error:
        raise UNREADABLE(path=file, why=error.strerror or "unreadable") from None
    if head == b"%PDF-":
        return "pdf"
    from sealane.labels.binding.ooxml import is_ooxml

    return (
        "ooxml"
        if head[:4] == b"PK\x03\x04" and is_ooxml(read_bytes(file, limit=MAX_EMBEDDED))
        else "sidecar"
    )


def _uri(file: str) -> str:
    """The sidecar names its neighbour relatively, every byte outside the unreserved set
    percent-encoded.
    """
    from sealane.labels.binding.ooxml import part_uri

    return part_uri(Path(file).name).removeprefix("pack:///")


def _digest(file: str) -> str:
    """SHA-384 of a file of any size, base64, in flat memory."""
    state = hashlib.sha384()
    try:
        with Path(file).open("rb") as source:
            while chunk := source.read(CHUNK):
                state.update(chunk)
    except OSError as error:
        raise UNREADABLE(path=file, why=error.strerror or "unreadable") from None
    return base64.b64encode(state.digest()).decode("ascii")
