"""The composition root: settings in, a node with its ports out."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path
    from types import ModuleType

    from starlette.routing import Route

    from sealane.adapters.log import SqlLog
    from sealane.adapters.tilelog import TileLog
    from sealane.adapters.witness import SqlWitness
    from sealane.agreements.agreement import Agreements
    from sealane.base.values import Instant
    from sealane.crypto.keys import PublicKey
    from sealane.decisions.overlay import Overlay
    from sealane.labels.model.scheme import Scheme, Schemes
    from sealane.ports import Host
    from sealane.protocol.trust import NationalIssuer
    from sealane.registry.regime import Regime
    from sealane.sealing.keywrap import KemPublicKey
    from sealane.services.opentdf.clients import Office
    from sealane.services.opentdf.surface import DeskNode
    from sealane.services.statements.refusal_limits import Crowd


def agreements() -> Agreements:
    """The agreements that ship with Sealane, parsed
    once. Raises: Misconfigured `agreement.folder`.
    """
    from sealane.adapters.agreements import shipped_agreements

    return shipped_agreements()


@functools.cache
def regimes() -> Mapping[str, Regime]:
    """The clearance regimes that ship with Sealane, by state. Raises: Misconfigured
    `clearance.folder`.
    """
    from sealane.adapters.policy import policy_root
    from sealane.adapters.regimes import load_regimes

    return load_regimes(policy_root() / "clearances")


def tile_log(place: str) -> AbstractContextManager[TileLog]:
    """Any writer's tile log, in a folder or behind a URL."""
    from sealane.adapters.tilelog import open_tile_log

    return open_tile_log(place)


def write_output(path: str, data: bytes) -> None:
    """A command's result, whole or not at all. Raises: Unavailable `store.write_failed`."""
    from pathlib import Path

    from sealane.adapters.files import write_whole

    write_whole(Path(path), data, mode=0o644)


@contextmanager
def whole_output(path: str) -> Iterator[BinaryIO]:
    """A new file that appears at `path` whole and synchronised, or not at all; written by a thread
    of its own.

    Raises: Unavailable `store.write_failed`.
    """
    from pathlib import Path

    from sealane.adapters.files import whole_file
    from sealane.adapters.streams import behind

    with whole_file(Path(path)) as file, behind(file) as sink:
        yield sink


def seekable_input(path: str) -> AbstractContextManager[BinaryIO]:
    """A file to read at any place, unbuffered; `-` spools stdin first. Raises: Malformed
    `input.unreadable`.
    """
    from sealane.adapters.streams import seekable

    return seekable(path)


def statement_keys(node: str) -> tuple[PublicKey, ...]:
    """A node's own public statement keys; needs no passphrase. Raises: NotFound
    `agreement.key_file`.
    """
    from pathlib import Path

    from sealane.adapters.partykeys import public

    return public(Path(node))


def verifier_page() -> bytes:
    """The stand-alone page that verifies an evidence file in a browser."""
    from importlib.resources import files

    return files("sealane.ledger").joinpath("verify.html").read_bytes()


def schemes() -> Schemes:
    """The schemes that ship with Sealane, loaded once. Raises: Misconfigured `scheme.*`."""
    from sealane.adapters.schemes import shipped_schemes

    return shipped_schemes()


def party_keys() -> ModuleType:
    """Sealed key files of parties and nodes: `generate`, `signers`, `public`, `party_of`."""
    from sealane.adapters import partykeys

    return partykeys


def host() -> Host:
    """This machine's clock and entropy."""
    from sealane.adapters.host import SystemHost

    return SystemHost()


def registry_facts(node: str) -> dict[str, Any]:
    """A node's items and people as plain JSON. Raises: Misconfigured `registry.absent`."""
    from pathlib import Path

    from sealane.adapters.registryfacts import registry_facts as read

    return read(Path(node))


def agreement_file(identifier: str) -> Path | None:
    """The file of a shipped agreement, by its id; None when there is none of that name."""
    from sealane.adapters.policy import policy_root

    path = policy_root() / "agreements" / f"{identifier}.toml"
    return path if path.parent == policy_root() / "agreements" and path.is_file() else None


def node_logs(node: str) -> AbstractContextManager[tuple[Any, list[SqlLog]]]:
    """A snapshot of a node's database and the logs in it; needs no passphrase. Raises:
    Misconfigured `node.no_database`.
    """
    from pathlib import Path

    from sealane.adapters.log import snapshot

    return snapshot(Path(node))


def stored_logs(tx: Any) -> list[SqlLog]:
    """Every log in a node's database, mirrors last."""
    from sealane.adapters import log

    return log.stored_logs(tx)


def witness_book() -> SqlWitness:
    """What a witness remembers, by rows of the node's database."""
    from sealane.adapters.witness import SqlWitness

    return SqlWitness()


def write_resource(folder: str, path: str, data: bytes) -> None:
    """One resource of a tile log in a folder. Raises: Unavailable `ledger.away`."""
    from pathlib import Path

    from sealane.adapters import tilelog

    tilelog.write_resource(Path(folder), path, data)


def machine_now() -> Instant:
    """The machine's clock, for commands that were not told an instant."""
    from sealane.adapters.host import SystemHost

    return SystemHost().now()


def scheme_beside(data: bytes, name: str) -> tuple[Scheme, Schemes]:
    """One scheme from a file's bytes, and the shipped schemes with it in place of its namesake.

    Raises: Malformed `scheme.malformed`.
    """
    from sealane.adapters.schemes import scheme_of
    from sealane.labels.model.scheme import Schemes as Loaded

    loaded = schemes()
    made = scheme_of(data, name, loaded.groups)
    return made, Loaded({**loaded, made.id: made}, loaded.groups)


def overlay(nation: str, text: bytes) -> Overlay:
    """A nation's own forbids in Cedar. Raises: Malformed `overlay.malformed`; Misconfigured
    `overlay.no_engine`.
    """
    from sealane.adapters.cedar import CedarOverlay

    return CedarOverlay(nation, text.decode("utf-8", "replace"))


def evaluation_routes(node: DeskNode, *, origin: str) -> list[Route]:
    """AuthZEN 1.0 from a node's register, to be mounted at `/` behind the node's own authentication
    of askers.
    """
    from sealane.http import authzen
    from sealane.services.opentdf.authzen import evaluate

    return authzen.routes(lambda evaluation: evaluate(node, evaluation), base_url=origin)


def opentdf_routes(
    node: DeskNode,
    *,
    origin: str,
    wrapping: Sequence[KemPublicKey],
    issuer: NationalIssuer | None = None,
    built_in: bool = True,
    crowd: Crowd | None = None,
) -> list[Route]:
    """The OpenTDF surface of a node at an origin, to be mounted at `/`.

    Args:
        origin: scheme, host and port as clients call it; containers sealed for them name
            `<origin>/kas`.
        wrapping: the node's public wrapping keys.
        issuer: the nation's own production issuer; in its place, for the embedded default, stands
            the built-in one.
        crowd: who counts the calls that prove nothing; one of their own by default.
        built_in: False where the built-in issuer must not serve: then only partners' issuers are
            trusted.
    The built-in issuer's signing key lives as long as the process: its tokens live five minutes and
    nobody keeps them.
    """
    from sealane.adapters import (
        replays,
    )
    from sealane.crypto.keys import PrivateKey
    from sealane.http import kas, oidc
    from sealane.services.opentdf import partner_services
    from sealane.services.opentdf import surface as opentdf_surface
    from sealane.services.opentdf.issuer import discovery
    from sealane.services.statements.refusal_limits import Crowd as Counted

    crowd = crowd or Counted()
    made = (
        opentdf_surface.token_issuer(node, origin=origin, signer=PrivateKey.generate("ES384"))
        if issuer is None and built_in
        else None
    )
    service = opentdf_surface.key_access(
        node,
        origin=origin,
        once=replays.first,
        named=opentdf_surface.named(node),
        crowd=crowd,
        issuers=opentdf_surface.trusted(node, made if issuer is None else issuer.trusted),
    )
    told = discovery(made) if made is not None else {} if issuer is None else issuer.discovery()
    surface = kas.Surface(
        service=service,
        configuration=lambda: kas.configuration(told),
        keys=lambda: kas.published(wrapping),
        servers=lambda: [f"{origin}/kas", *partner_services.servers(node, node.host.now())],
    )
    return [*kas.routes(surface), *([] if made is None else oidc.routes(made, crowd))]


def client_office(node: str) -> Office:
    """Where a node's OpenTDF clients are kept; needs no passphrase. Raises: Misconfigured
    `node.missing`, `settings.*`.
    """
    from pathlib import Path

    from sealane.adapters import clients
    from sealane.adapters.host import SystemHost
    from sealane.adapters.log import DATABASE, SqlLog
    from sealane.adapters.nodefolder import NOT_A_NODE
    from sealane.adapters.records import SqlRecords, SqlStore
    from sealane.adapters.sql import open_engine
    from sealane.ledger import entries
    from sealane.services.opentdf.clients import Office as Made
    from sealane.settings import load_settings

    folder = Path(node)
    if not (folder / DATABASE).is_file():
        raise NOT_A_NODE(path=node)
    settings = load_settings(folder / "node.toml")
    engine = open_engine(folder / DATABASE)
    clients.CLIENTS.create(engine, checkfirst=True)
    return Made(
        node=settings.node,
        host=SystemHost(),
        store=SqlStore(engine),
        records=SqlRecords(),
        log=lambda agreement: SqlLog(settings.origin(agreement), check=entries.read),
    )
