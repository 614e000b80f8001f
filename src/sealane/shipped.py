"""What ships with Sealane and needs no node: agreements, clearance regimes, schemes, the verifier's
page.

Each is read when it is first asked for, and once in a process; nothing is read by the import.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sealane.agreements.loaded import Agreements
    from sealane.cases.kind import CaseKind
    from sealane.cases.printed import PrintedForms
    from sealane.labels.model.scheme import Scheme, Schemes
    from sealane.registry.domain import ExportDomain
    from sealane.registry.regime import Regime


@functools.cache
def agreements() -> Agreements:
    """The agreements that ship with Sealane. Raises: Misconfigured `agreement.folder`."""
    from sealane.adapters.agreements import load_agreements
    from sealane.adapters.policy import policy_root

    return load_agreements(policy_root() / "agreements")


def agreement_file(identifier: str) -> Path | None:
    """The file of a shipped agreement, by its id; None when there is none of that name."""
    from sealane.adapters.policy import policy_root

    for exercise in (False, True):
        folder = policy_root(exercise=exercise) / "agreements"
        path = folder / f"{identifier}.toml"
        if path.parent == folder and path.is_file():
            return path
    return None


@functools.cache
def regimes(*, exercise: bool = False) -> Mapping[str, Regime]:
    """The clearance regimes that ship with Sealane, by state; of invented nations there are none.
    Raises: Misconfigured `clearance.folder`.
    """
    from sealane.adapters.policy import policy_root
    from sealane.adapters.regimes import load_regimes

    return load_regimes(policy_root(exercise=exercise) / "clearances")


@functools.cache
def case_kinds() -> Mapping[str, CaseKind]:
    """The kinds of case that ship with Sealane, by name. Raises: Misconfigured `case.folder`."""
    from sealane.adapters.forms import load_kinds
    from sealane.adapters.policy import policy_root

    return load_kinds(policy_root() / "forms")


@functools.cache
def domains(party: str) -> Mapping[str, ExportDomain]:
    """The domains for the guarded export that ship with Sealane, as a nation reads them. Raises:
    Malformed `export.domains_malformed`.
    """
    from sealane.adapters.policy import policy_root
    from sealane.registry.domain import read_domains

    return read_domains((policy_root() / "domains.toml").read_bytes(), party, schemes())


@functools.cache
def printed_forms() -> PrintedForms:
    """The forms on which cases are printed, by kind and name. Raises: Misconfigured
    `case.folder`.
    """
    from sealane.adapters.forms import load_printed
    from sealane.adapters.policy import policy_root

    return load_printed(policy_root() / "forms" / "printed", case_kinds())


@functools.cache
def case_titles() -> Mapping[str, tuple[str, str]]:
    """What each kind of case is called in English and Japanese, by name, from the heads of the
    files alone: quicker than `case_kinds`, for a list of commands. A file without a head names
    nothing.
    """
    from sealane.adapters.forms import load_titles
    from sealane.adapters.policy import policy_root

    return load_titles(policy_root() / "forms")


@functools.cache
def schemes(*, exercise: bool = False) -> Schemes:
    """The schemes that ship with Sealane: those of real nations, or of invented ones; never both.
    Raises: Misconfigured `scheme.*`.
    """
    from sealane.adapters.policy import policy_root
    from sealane.adapters.schemes import load_schemes

    return load_schemes(policy_root(exercise=exercise))


def scheme_beside(data: bytes, name: str) -> tuple[Scheme, Schemes]:
    """One scheme from a file's bytes, and the shipped schemes of its world with it in place of its
    namesake.

    Raises: Malformed `scheme.malformed`.
    """
    from sealane.adapters.schemes import scheme_of
    from sealane.base.exercise import is_exercise
    from sealane.labels.model.scheme import Schemes as Loaded

    shipped = schemes()
    scheme = scheme_of(data, name, shipped.groups)
    if is_exercise(scheme.id):
        shipped = schemes(exercise=True)
        scheme = scheme_of(data, name, shipped.groups)
    return scheme, Loaded({**shipped, scheme.id: scheme}, shipped.groups)


def verifier_page() -> bytes:
    """The stand-alone page that verifies an evidence file in a browser."""
    from importlib.resources import files

    return files("sealane.ledger").joinpath("verify.html").read_bytes()
