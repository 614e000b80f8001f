"""`sealane label bind`, `unbind`, `verify`: a label carried by the file itself, or beside it.

Office documents and PDF carry it inside; every other file has a sidecar `FILE.bdo`. Verifying reads
no clock and asks no node: it answers whether the label that is bound was bound to exactly these
bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sealane import shipped
from sealane.cli import access
from sealane.cli.frame import passphrase
from sealane.cli.frame.answer import Answer, read_bytes, verb
from sealane.cli.frame.beside import real, sidecars
from sealane.cli.labels import carriers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sealane.crypto.keys import PublicKey
    from sealane.labels.binding.information import Bound, Sign
    from sealane.labels.binding.microsoft import Sensitivity
    from sealane.labels.model.label import Label

MAX_LABEL = 1 << 20


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
    help="Where the labelled file goes (default: FILE itself; a sidecar lies beside it).",
)
@click.option("--sidecar", is_flag=True, help="Write FILE.bdo even for a document or PDF.")
@click.option(
    "--key",
    default=None,
    type=click.Path(),
    help="Sign with these statement keys: a key file or a node's folder.",
)
@click.option(
    "--node",
    default=None,
    type=click.Path(),
    help="A node whose settings name the tenant's sensitivity labels, to be written too.",
)
@passphrase.option
def bind(
    *,
    file: str,
    label_file: str,
    out: str | None,
    sidecar: bool,
    key: str | None,
    node: str | None,
    passphrase_file: str | None,
) -> Answer:
    """Bind a label to a file: inside Office documents and PDF, beside everything else."""
    from sealane.base import canonical
    from sealane.labels.model.label import label_from_json

    schemes = shipped.schemes()
    label = label_from_json(canonical.parse(read_bytes(label_file, limit=MAX_LABEL)))
    schemes.check(label)
    target, inside = out or file, carriers.carrier_of(file)
    carrier = carriers.SIDECAR if sidecar else inside
    # Whoever writes inside meets a label there; whoever writes beside has to look for one.
    carriers.refuse_second(file, target, inside if sidecar else carriers.SIDECAR)
    sign = None if key is None else _signer(key, passphrase_file)
    sensitivity = None if node is None else _sensitivity(node, label)
    if carrier == carriers.SIDECAR:
        carriers.bind_beside(file, target, label, schemes, sign)
    else:
        carriers.bind_inside(
            file, target, carrier, label, schemes=schemes, sign=sign, sensitivity=sensitivity
        )
    name = target
    answer = {
        "file": name,
        "carrier": carrier,
        "label": label.as_json(),
        "signed": sign is not None,
        "sensitivity": None if sensitivity is None else sensitivity.identifier,
    }
    return Answer(answer, f"{name}: {label.policy} {label.classification} ({carrier})")


@click.argument("file", type=click.Path())
@click.option(
    "--out", default=None, help="Where the file without its label goes (default: FILE itself)."
)
def unbind(file: str, out: str | None) -> Answer:
    """Take the label off a file, inside and beside; with --out, FILE keeps it."""
    from sealane.labels.binding.errors import BINDING_EXISTS, BINDING_MISSING

    inside, beside, target = carriers.carrier_of(file), sidecars(file), out or file
    within = carriers.carries_inside(file, inside)
    if not within and not beside:
        raise BINDING_MISSING()
    elsewhere = real(target) != real(file)
    if elsewhere and (there := sidecars(target)):
        raise BINDING_EXISTS(where=str(there[0][1]))
    if not elsewhere:
        carriers.refuse_foreign(beside)
    if within:
        carriers.unbind_inside(file, target, inside, shipped.schemes())
    elif elsewhere:
        carriers.copy(file, target)
    if not elsewhere:
        for _, path in beside:
            path.unlink()
    name, carrier = target, inside if within else carriers.SIDECAR
    return Answer({"file": name, "carrier": carrier}, f"{name}: label removed ({carrier})")


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
    from sealane.labels.binding.information import verify_signers, verify_xml_signature

    found = carriers.carried(file, shipped.schemes())
    label = carriers.one_of(found).claimed[0]
    bounds = [one.bound for one in found if one.bound is not None]
    answer = _answer(found, bounds)
    if signer:
        several = [access.party_generations(Path(path)) for path in signer]
        answer["signed_by"] = [
            kid for one in bounds for kid in verify_signers(one, _of_the_time(one, several))
        ]
    if certificate is not None:
        for one in bounds:
            verify_xml_signature(one, read_bytes(certificate, limit=MAX_LABEL))
        answer |= {"xml_signature": "verified", "verified": True}
    proof = (
        "XML signature unverified / XML 署名は未検証"
        if answer["xml_signature"] == "unverified"
        else "verified"
    )
    return Answer(
        answer,
        f"{file}: {label.policy} {label.classification} ({answer['carrier']}, {proof})",
        0 if answer["verified"] else 1,
    )


def _of_the_time(
    bound: Bound, signers: Sequence[Sequence[Sequence[PublicKey]]]
) -> dict[str, PublicKey]:
    """Of each signer the keys of the time when the signature says that it was made; else the
    newest, by which it is then refused.
    """
    from sealane.crypto import jws

    named = set() if bound.signature is None else set(jws.kids(bound.signature))
    chosen = [
        next((keys for keys in ever if named.issuperset(one.kid for one in keys)), ever[0])
        for ever in signers
    ]
    return {key.kid: key for keys in chosen for key in keys}


def _answer(found: list[carriers.Carried], bounds: list[Bound]) -> dict[str, Any]:
    unproven = any(one.xml_signatures for one in bounds)
    return {
        "verified": not unproven,
        "carrier": found[0].carrier,
        "carriers": [one.carrier for one in found],
        "label": bounds[0].label.as_json(),
        "alternatives": [label.as_json() for one in bounds for label in one.alternatives],
        "covers": sorted({uri for one in bounds for uri in one.references}),
        "notes": [note.as_json() for one in bounds for note in one.notes],
        "signature": "present" if all(one.signature for one in bounds) else "none",
        "signed_by": [],
        "xml_signature": "unverified" if unproven else "none",
    }


def _sensitivity(node: str, label: Label) -> Sensitivity | None:
    """The tenant's label for ours, where the node's settings name one."""
    from sealane.labels.binding.microsoft import read_tenant

    told = access.sensitivity_labels(node)
    return None if told is None else read_tenant(told).get((label.policy, label.classification))


def _signer(key: str, passphrase_file: str | None) -> Sign:
    """Signs with every statement key of a key file
    or node. Raises: NotFound `agreement.key_file`.
    """
    from sealane.crypto import jws
    from sealane.labels.binding.information import SIGNATURE_TYPE

    signers = access.party_signers(Path(key), passphrase.read(passphrase_file))
    return lambda payload: jws.sign(payload, signers, typ=SIGNATURE_TYPE)
