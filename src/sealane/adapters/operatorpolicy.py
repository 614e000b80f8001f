"""The operator's policy of a node, signed with its statement keys: what `node.toml` says counts
only with it.

Spec: spec/interfaces.md §4 ("the node's signed operator policy"); R4.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sealane.adapters.outputs import write_whole
from sealane.base import canonical
from sealane.base.errors import Code, Misconfigured, SealaneError, declare
from sealane.crypto import jws
from sealane.crypto.keys import PublicKey, Signer
from sealane.settings import Settings

FILE, TYP = "operator-policy.jws", "sealane-operator-policy"
OVERLAY, DOMAINS = "overlay.cedar", "domains.toml"

UNSIGNED = declare(
    "settings.policy_unsigned",
    Misconfigured,
    "The operator's signed policy does not say what node.toml says of {what}.",
    "{what} について、node.toml と運用者の署名付き方針が一致しません。",
    "Sign what is meant with `sealane node policy DIR`.",
    "`sealane node policy DIR` で、意図する内容に署名してください。",
)
ALTERED = declare(
    "settings.overlay_altered",
    Misconfigured,
    "The national overlay overlay.cedar is missing, or is not the one that was signed.",
    "国内規則の重ね合わせ overlay.cedar がないか、署名されたものと異なります。",
    "Put the signed file back, or sign another with `sealane node policy DIR --overlay FILE`.",
    "署名されたファイルを戻すか、`sealane node policy DIR --overlay FILE`"
    " で別のものに署名してください。",
)


DOMAINS_ALTERED = declare(
    "settings.domains_altered",
    Misconfigured,
    "The file of domains domains.toml is missing, or is not the one that was signed.",
    "領域のファイル domains.toml がないか、署名されたものと異なります。",
    "Put the signed file back, or sign another with `sealane node policy DIR --domains FILE`.",
    "署名されたファイルを戻すか、`sealane node policy DIR --domains FILE`"
    " で別のものに署名してください。",
)


SAME = ("node", "party", "accept_unverified", "overlay", "internal_log")
"""Settings that mean nothing else than what was signed."""
AT_MOST = ("grace_seconds", "refusals_a_minute")
"""Settings that may be stricter, and so smaller, than what was signed."""


def sign(folder: Path, settings: Settings, signers: Sequence[Signer], at: str) -> bytes:
    """Write the policy that these settings state, signed by every
    statement key; the signed bytes.
    """
    said = {
        "v": 1,
        "node": settings.node,
        "party": settings.party,
        "accept_unverified": settings.accept_unverified,
        "overlay": settings.overlay,
        "domains": settings.domains,
        "internal_log": settings.internal_log,
        "grace_seconds": settings.grace_seconds,
        "refusals_a_minute": settings.refusals_a_minute,
        "accredited": settings.accredited,
        "at": at,
    }
    data = jws.sign(canonical.encode(said), signers, typ=TYP)
    write_whole(folder / FILE, data)
    return data


def require(folder: Path, settings: Settings, own: Sequence[PublicKey]) -> None:
    """Silence when the settings say what the signed policy says, or are stricter.

    Args:
        own: every statement key that the node ever had; a policy stands when its keys are renewed.
    Raises: Misconfigured `settings.policy_unsigned`.
    """
    try:
        data = (folder / FILE).read_bytes()
        said = canonical.decode(jws.verify_by_suites(data, keys=own, typ=TYP).payload)
    except (OSError, SealaneError):
        raise UNSIGNED(what=FILE) from None
    if not isinstance(said, dict):
        raise UNSIGNED(what=FILE)
    for name in SAME:
        if said.get(name) != getattr(settings, name):
            raise UNSIGNED(what=name)
    for name in AT_MOST:
        if getattr(settings, name) > said.get(name, 0):
            raise UNSIGNED(what=name)
    # A policy of the releases before says nothing of domains.
    if said.get("domains", "") != settings.domains:
        raise UNSIGNED(what="domains")
    # A limit that was never claimed may be set by a line; one that was signed is never lifted so.
    if said.get("accredited") and said["accredited"] != settings.accredited:
        raise UNSIGNED(what="accredited")


def put(folder: Path, name: str, data: bytes | None) -> str:
    """Keep a file that the policy names in the folder; what the settings say of it."""
    if data is None:
        return ""
    write_whole(folder / name, data)
    return canonical.sha384(data)


def overlay(folder: Path, settings: Settings) -> bytes | None:
    """The overlay that the settings name, or None when they name none. Raises: Misconfigured
    `settings.overlay_altered`.
    """
    return _kept(folder / OVERLAY, settings.overlay, ALTERED)


def domains(folder: Path, settings: Settings) -> bytes | None:
    """The file of domains that the settings name, or None. Raises: Misconfigured
    `settings.domains_altered`.
    """
    return _kept(folder / DOMAINS, settings.domains, DOMAINS_ALTERED)


def _kept(file: Path, digest: str, altered: Code) -> bytes | None:
    if not digest:
        return None
    try:
        data = file.read_bytes()
    except OSError:
        raise altered() from None
    if canonical.sha384(data) != digest:
        raise altered()
    return data
