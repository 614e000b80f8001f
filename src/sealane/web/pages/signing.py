"""The second signer's page: the file, the text, the readers, the officer's reason and what the
partner assured, then the signature, the no, or back to the officer.

Spec: R30, R35, R36; docs/console.md §The second signature;
docs/adr/0052-made-from-and-without-a-file.md.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from typing import Any, BinaryIO

from starlette.responses import RedirectResponse

from sealane.agreements.agreement import Agreement
from sealane.ports import Tx
from sealane.registry.transfer import SENT_BACK, WAITING
from sealane.registry.who_may import Act
from sealane.services.deciding.reach import sight_of
from sealane.services.exchange import release_preview, signature
from sealane.services.node import Node
from sealane.services.register import acts, readers_there, remarks, views
from sealane.services.register.acts import may_try
from sealane.web import acting, done_lines, shown
from sealane.web.pages.item import names, people_names
from sealane.web.pages.item_story import marks
from sealane.web.pages.opening import Sheet, attachment, require_shown, viewed
from sealane.web.pages.viewing import Views
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit

FORMS = (Act.COUNTERSIGN, Act.DECLINE, Act.SEND_BACK, Act.RESUBMIT, Act.READ_TO_SIGN)
READ = "release.read"


def page(shell: Shell, visit: Visit, shown_here: Views) -> Reply:
    """Everything that a second signer has to see before they sign."""
    node, name = shell.node, visit.params["item"]
    with node.store.reading() as tx:
        # to whom it is not shown it is not there, whatever else would be said
        views.require_seen(node, tx, name, sight_of(node, tx, visit.person))
        acts.require(node, tx, Act.SEE_HISTORY, visit.actor)
    with node.store.reading() as tx:
        held = views.item(node, tx, name, sight_of(node, tx, visit.person))
        agreement = node.agreements(tx).get(held["agreement"])
        row = node.item(tx, name)
        data = {
            "it": held,
            "document": row.document,
            "marks": marks(node, tx, agreement, held),
            "agreement": agreement,
            "names": names(node, tx, visit.lang, held),
            "words": shown.agreement_words(agreement, visit.lang),
            "party_name": shown.party_name(agreement, visit.lang),
            "recipients": _recipients(node, tx, agreement, held),
            "old": readers_there.old_answers(node, tx, held),
            "remarks": remarks.of(node, tx, name),
            "readings": _readings(node, tx, name),
            "people": people_names(node, tx, visit.lang),
            "viewable": shown_here.shows(held["media_type"], held["size"]),
        }
    level = str(held["label"]["classification"])
    data["similar"] = release_preview.similar(
        node, visit.person, area=held["area"], level=level, item=name
    )
    data["may_act"] = _may_act(visit, held, node.party)
    return Page("sign.html", data, about=held["agreement"])


def _may_act(visit: Visit, held: Mapping[str, Any], party: str) -> dict[str, bool]:
    """Which of the page's forms this person may try, in the state it is in."""
    waits = {one["state"] for one in held["transfers"]} if held["recalled"] is None else set()
    state = {Act.RESUBMIT: SENT_BACK}
    return {
        str(act): state.get(act, WAITING) in waits and may_try(act, visit.person, held, party=party)
        for act in FORMS
    }


def _recipients(
    node: Node, tx: Tx, agreement: Agreement | None, held: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Each recipient: the state, what it assured for exactly this release and when, and who could
    read it there.
    """
    there, label = readers_there.of_item(node, tx, held), held["label"]
    level = label["policy"], label["classification"]
    found = []
    for one in node.holding(tx, held["id"]).transfers:
        readers = there.get(one.to)
        counted = None
        if readers is not None:
            counted = release_preview.with_words(readers.counted(), agreement)
        mark, verified = shown.mark_there(node.schemes, agreement, level, one.to)
        found.append(
            {
                "party": one.to,
                "state": str(one.state),
                "assurance": one.request.get("assurance"),
                "readers": counted,
                "there": mark,
                "verified": verified,
            }
        )
    return found


def _readings(node: Node, tx: Tx, item: str) -> list[dict[str, Any]]:
    """Who read the file to sign it, and when."""
    return [
        {"at": one["at"], "by": str(one["says"].get("actor", ""))}
        for one in views.history(node, tx, item)
        if one["kind"] == READ
    ]


def read(shell: Shell, visit: Visit, shown_here: Views) -> Reply:
    """The file that is to be signed, for a second signer who is cleared for it: page by page, as
    text, or saved; on record.
    """
    node, name = shell.node, visit.params["item"]
    with node.store.reading() as tx:
        acts.require_about(node, tx, Act.READ_TO_SIGN, visit.actor, name)
        held = views.item(node, tx, name)
    view = visit.form.get("action") != "save"
    if view:
        require_shown(shown_here, held)
    spool: BinaryIO = Sheet(held["size"]) if view else tempfile.TemporaryFile()  # type: ignore[assignment]  # noqa: SIM115 - as in `opening`
    try:
        found = signature.read(node, name, signer=visit.actor, sink=spool)
    except BaseException:
        spool.close()
        raise
    if isinstance(spool, Sheet):
        return viewed(shell, visit, spool, shown_here)
    return attachment(spool, found.title or name)


def decline(shell: Shell, visit: Visit) -> Reply:
    """The second signer's no."""
    return _said(shell, visit, "items.decline", "declined")


def send_back(shell: Shell, visit: Visit) -> Reply:
    """The second signer wants something of the officer first."""
    return _said(shell, visit, "items.send-back", "sent_back")


def resubmit(shell: Shell, visit: Visit) -> Reply:
    """The officer's answer."""
    return _said(shell, visit, "items.resubmit", "resubmitted")


def _said(shell: Shell, visit: Visit, operation: str, done: str) -> Reply:
    name = visit.params["item"]
    acting.acted(shell, visit, operation, item=name, reason=acting.reason(visit))
    to = done_lines.leading(shell.node, visit, f"/items/{name}/sign", f"sign.done_{done}")
    return RedirectResponse(to, 303)
