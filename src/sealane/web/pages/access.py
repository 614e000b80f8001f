"""Access requests: one's own, and those that reach one's duties. Spec: R36, R37; docs/console.md
§Access requests.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import RedirectResponse

from sealane.registry.who_may import Act, may
from sealane.web import acting, done_lines, shown
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit


def page(shell: Shell, visit: Visit) -> Reply:
    """Every request that is this person's to see."""
    return _shown(shell, visit, None)


def _shown(shell: Shell, visit: Visit, trouble: dict[str, Any] | None) -> Page:
    """The page, with what was wrong with an answer."""
    node = shell.node
    told = acting.asked(shell, visit, "access.list")
    with node.store.reading() as tx:
        purposes = shown.purpose_names(node.agreements(tx).values(), visit.lang)
    return Page(
        "access.html",
        {
            "told": told,
            "purposes": purposes,
            "answers": may(Act.ANSWER_ACCESS, str(visit.person["id"]), visit.person["duties"]),
            "trouble": trouble,
        },
    )


def ask_for(shell: Shell, visit: Visit) -> Reply:
    """Ask for what was refused."""
    acting.acted(
        shell,
        visit,
        "access.request",
        item=visit.params["item"],
        purpose=acting.text(visit, "purpose") or "",
        action="view" if visit.form.get("action") == "view" else "open",
        said=acting.text(visit, "said"),
    )
    return RedirectResponse("/access", 303)


def give_answer(shell: Shell, visit: Visit) -> Reply:
    """Agree to a request, or say no."""
    grants = visit.form.get("grant") == "yes"

    def do() -> str:
        acting.acted(
            shell,
            visit,
            "access.grant" if grants else "access.refuse",
            request=visit.form.get("request", "")[:64] or "-",
            reason=acting.text(visit, "reason"),
        )
        said = "grant" if grants else "refuse"
        return done_lines.leading(shell.node, visit, "/access", f"access.done_{said}")

    return acting.tried(visit, do, lambda told: _shown(shell, visit, told))
