"""Ending the access of a person who leaves, from the page of people. Spec: R28, R57."""

from __future__ import annotations

from starlette.responses import RedirectResponse

from sealane.services.register import leaving
from sealane.web.shell import Shell
from sealane.web.visit import Reply, Visit


def end_access(shell: Shell, visit: Visit) -> Reply:
    """At once and everywhere; the person's record stays."""
    leaving.leave(shell.node, visit.form.get("person", "")[:128], by=visit.actor)
    return RedirectResponse("/people", 303)
