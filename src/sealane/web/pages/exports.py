"""What leaves for domains of lower protection: held, looked at with what was found, and passed or
stopped.

Spec: spec/export.md; docs/console.md §Guarded export.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from typing import Any, BinaryIO

from sealane.base.errors import SealaneError
from sealane.office.statuses import status_of
from sealane.web import acting
from sealane.web.pages.made import NO_FILE
from sealane.web.pages.opening import attachment
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit

PAGE = 50


def listed(shell: Shell, visit: Visit) -> Reply:
    """Every export, the newest first, and the form that holds a file."""
    return _listed(shell, visit, None)


def _listed(shell: Shell, visit: Visit, trouble: dict[str, Any] | None) -> Page:
    after = visit.query.get("after", "")[:64] or None
    told = acting.asked(shell, visit, "exports.list", limit=PAGE, after=after)
    domains = acting.asked(shell, visit, "exports.domains")["domains"]
    return Page("exports.html", {"told": told, "domains": domains, "trouble": trouble})


def export(shell: Shell, visit: Visit) -> Reply:
    """One export with everything that was found in it."""
    return _shown(shell, visit, visit.params["export"], None)


def _shown(shell: Shell, visit: Visit, number: str, trouble: dict[str, Any] | None) -> Page:
    told = acting.asked(shell, visit, "exports.show", export=number)
    mine = told["held_by"] == visit.person["id"]
    return Page("export.html", {"told": told, "mine": mine, "trouble": trouble})


def hold(shell: Shell, visit: Visit) -> Reply:
    """Hold a file."""
    acting.require(shell, visit, "exports.hold")

    def do() -> str:
        if visit.file is None or not visit.file.filename:
            raise NO_FILE()
        told = acting.acted(
            shell,
            visit,
            "exports.hold",
            file=visit.file,
            domain=acting.text(visit, "domain"),
            reason=acting.text(visit, "reason"),
        )
        return f"/exports/{told['id']}"

    return acting.tried(visit, do, lambda trouble: _listed(shell, visit, trouble))


def pass_(shell: Shell, visit: Visit) -> Reply:
    """Let a held file leave: it comes as the answer."""
    acting.require(shell, visit, "exports.pass")
    number = visit.form.get("export", "")[:64]
    spool: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - it ends with the answer
    try:
        told = acting.acted(
            shell,
            visit,
            "exports.pass",
            sink=spool,
            export=number or "-",
            reason=acting.text(visit, "reason"),
        )
    except SealaneError as error:
        spool.close()
        if error.code in acting.ELSEWHERE_TOLD:
            raise
        shown = _shown(shell, visit, number, acting.told_of(visit, error))
        return replace(shown, status=status_of(error, page=True))
    except BaseException:
        spool.close()
        raise
    return attachment(spool, told["name"])


def stop(shell: Shell, visit: Visit) -> Reply:
    """Stop a held file."""
    acting.require(shell, visit, "exports.stop")
    number = visit.form.get("export", "")[:64]

    def do() -> str:
        acting.acted(
            shell, visit, "exports.stop", export=number or "-", reason=acting.reason(visit)
        )
        return f"/exports/{number}"

    return acting.tried(visit, do, lambda trouble: _shown(shell, visit, number, trouble))


ACTS = {"/exports/pass": pass_, "/exports/stop": stop}
"""What is sent, and where."""
UPLOADS = {"/exports/hold": hold}
"""The same with a file."""
PAGES = {"/exports": listed, "/exports/{export}": export}
