"""The rest of the release desk: what lies there, the forms that officers keep, and what was sent.

Spec: R30, R35, R42; docs/console.md §The release desk.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import RedirectResponse

from sealane.base.errors import Malformed, declare
from sealane.registry.desk_records import FormKind
from sealane.registry.who_may import Act, may
from sealane.services.deciding.reach import sight_of
from sealane.services.exchange import release_preview, release_queue
from sealane.services.register import acts, readers_there, remarks, views
from sealane.web import acting, done_lines, shown
from sealane.web.pages.item import left_out, people_names
from sealane.web.pages.item_story import marks
from sealane.web.pages.release_choice import wanted
from sealane.web.pages.release_terms import terms_of
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit

SHELVES = ("drafts", *release_queue.SHELVES, release_queue.SENT)
KINDS = {str(one): one for one in FormKind}
LISTED = ("to", "agreement", "purpose", "also-purpose", "project", "area")
"""What a distribution list holds of the terms: partners, and what is released to them."""

NO_KIND = declare(
    "desk.kind",
    Malformed,
    "A form is kept as a draft, a template or a distribution list.",
    "様式は、下書き、ひな型又は宛先表として保存します。",
    "Go back and choose one.",
    "戻って選んでください。",
)


def queue(shell: Shell, visit: Visit) -> Reply:
    """One shelf of the desk: one's drafts, what waits, what came back, or what was sent."""
    drafts = _allowed(visit, Act.DRAFT)
    shelf = visit.query.get("shelf", release_queue.WAITS)
    shelf = shelf if shelf in SHELVES and (shelf != "drafts" or drafts) else release_queue.WAITS
    after = visit.query.get("after", "")[:40] or None
    asked = {"limit": 25} | ({"after": after} if after else {})
    lying: dict[str, Any] = acting.asked(
        shell,
        visit,
        "desk.queue",
        **{"shelf": release_queue.WAITS if shelf == "drafts" else shelf, **asked},
    )
    data = {
        "shelf": shelf,
        "shelves": SHELVES if drafts else SHELVES[1:],
        "counts": lying["counts"],
        "rows": [] if shelf == "drafts" else _rows(shell, lying["releases"]),
        "forms": [],
        "after": lying["after"],
        "people": _people(shell, visit),
    }
    if shelf == "drafts":
        found = acting.asked(shell, visit, "desk.forms", kind=str(FormKind.DRAFT), **asked)
        data |= {"forms": _forms(found["forms"]), "after": found["after"]}
    return Page("desk_queue.html", data)


def _rows(shell: Shell, releases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    node = shell.node
    with node.store.reading() as tx:
        held = node.agreements(tx)
        return [
            {**one, "marks": marks(node, tx, held.get(one["agreement"]), one)} for one in releases
        ]


def _forms(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Forms with the version that each was read at."""
    return [{**one, "version": acting.version("desk.show", one)} for one in found]


def _people(shell: Shell, visit: Visit) -> dict[str, str]:
    with shell.node.store.reading() as tx:
        return people_names(shell.node, tx, visit.lang)


def _allowed(visit: Visit, act: Act) -> bool:
    """Whether the table gives this visitor an act that is about no item."""
    return may(act, str(visit.person["id"]), visit.person["duties"])


def forms(shell: Shell, visit: Visit) -> Reply:
    """Templates and distribution lists, which all officers begin with."""
    told: dict[str, Any] = {
        str(kind): _forms(acting.asked(shell, visit, "desk.forms", kind=str(kind))["forms"])
        for kind in (FormKind.TEMPLATE, FormKind.LIST)
    }
    with shell.node.store.reading() as tx:
        agreements = dict(shell.node.agreements(tx))
    data = {
        "every": told,
        "people": _people(shell, visit),
        "agreements": agreements,
        "words": lambda known, code: shown.agreement_words(known, visit.lang)(code),
    }
    return Page("desk_forms.html", data)


def keep(shell: Shell, visit: Visit) -> Reply:
    """Keep what the desk holds as a draft, a template or a list; a draft that was opened is changed
    where nobody changed it meanwhile.
    """
    acting.require(shell, visit, "desk.keep")
    kind = KINDS.get(visit.form.get("kept_as", ""))
    if kind is None:
        raise NO_KIND()
    posted = wanted(shell.node, visit)
    terms = terms_of(posted, visit)
    if kind is FormKind.LIST:
        terms = {name: terms[name] for name in LISTED if name in terms}
    name = visit.form.get("name", "").strip() or visit.form.get("title", "").strip()
    name = name or f"{posted.label.classification} → {', '.join(posted.parties)}"
    held = visit.form.get("form", "")
    if kind is FormKind.DRAFT and held and visit.form.get("form_kind") == kind:
        version = visit.form.get("version", "")
        says: dict[str, Any] = {"form": held[:40], "name": name[:200], "terms": terms}
        acting.acted(shell, visit, "desk.change", match=version, **says)
        return _to(shell, visit, kind, "changed")
    acting.acted(shell, visit, "desk.keep", kind=str(kind), name=name[:200], terms=terms)
    return _to(shell, visit, kind, "kept")


def change(shell: Shell, visit: Visit) -> Reply:
    """Abandon a kept form, or give it another name."""
    says: dict[str, Any] = {"form": visit.params["form"][:40]}
    abandon = visit.form.get("act") == "abandon"
    says |= {"abandon": True} if abandon else {"name": visit.form.get("name", "")[:200]}
    version = visit.form.get("version", "")
    found = acting.acted(shell, visit, "desk.change", match=version, **says)
    return _to(shell, visit, KINDS[found["kind"]], "abandoned" if abandon else "changed")


def _to(shell: Shell, visit: Visit, kind: FormKind, done: str) -> Reply:
    to = "/release/queue?shelf=drafts" if kind is FormKind.DRAFT else "/release/forms"
    return RedirectResponse(done_lines.leading(shell.node, visit, to, f"desk.done_{done}"), 303)


def sent(shell: Shell, visit: Visit) -> Reply:
    """What became of a release that was just sent: its number, each recipient, the file's digest as
    this node computed it, and what was answered.
    """
    node, name = shell.node, visit.params["item"]
    with node.store.reading() as tx:
        # to whom it is not shown it is not there; what officers said to one another is for staff
        held = views.item(node, tx, name, sight_of(node, tx, visit.person))
        acts.require(node, tx, Act.SEE_HISTORY, visit.actor)
        agreement = node.agreements(tx).get(held["agreement"])
        data = {
            "it": held,
            "document": node.item(tx, name).document,
            "marks": marks(node, tx, agreement, held),
            "posts": {
                party: release_preview.with_words(there.counted(), agreement)
                for party, there in readers_there.of_item(node, tx, held).items()
            },
            "remarks": remarks.of(node, tx, name),
            "party_name": shown.party_name(agreement, visit.lang),
            "left": left_out(agreement, visit),
            "people": people_names(node, tx, visit.lang),
        }
    return Page("desk_sent.html", data, about=held["agreement"])
