"""What a release officer does from the desk: ask the recipients, and decide, seal, record and send,
once however often the form is sent.

Spec: R30, R31, R35, R64; docs/console.md §The release desk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from starlette.responses import RedirectResponse

from sealane.base import canonical
from sealane.base.errors import Conflict, Malformed, SealaneError, Unavailable, declare
from sealane.services.deciding.decision import DecisionRefused
from sealane.services.exchange import assurance, unusual
from sealane.services.node import Node
from sealane.services.register import keyed
from sealane.services.register.readers_there import ReadersQuestion
from sealane.web import acting
from sealane.web.pages.refusals import Refusals
from sealane.web.pages.release import composing
from sealane.web.pages.release_choice import BAD_FORM, PostedChoice, wanted
from sealane.web.pages.release_terms import chosen_fields, terms_of
from sealane.web.shell import Shell
from sealane.web.visit import Reply, Visit

FORM_USED = declare(
    "release.form_used",
    Conflict,
    "This form was sent before with other contents; nothing was sent now.",
    "このフォームは以前に別の内容で送信されています。今回は何も送っていません。",
    "See the queue for what it became, or open the desk anew.",
    "送信済みの一覧で確認するか、提供の画面を開き直してください。",
)
ALTERED = declare(
    "release.altered",
    Malformed,
    "The file that arrived is not the one that was chosen: its SHA-384 differs.",
    "届いたファイルは選んだファイルと異なります（SHA-384 が一致しません）。",
    "Choose it again and send it; nothing was released.",
    "もう一度選んで送ってください。何も提供していません。",
)


def ask(shell: Shell, visit: Visit) -> Reply:
    """Ask each recipient for its signed assurance, and go back to see who could read; one that is
    away keeps no other from being asked.
    """
    node = shell.node
    acting.require(shell, visit, "releases.make")
    posted = wanted(node, visit)
    troubles = []
    for party in posted.parties:
        try:
            assurance.obtain(node, party, _question(posted))
        except Unavailable as error:
            troubles.append(error)
    if len(troubles) == len(posted.parties):
        raise troubles[0]
    form = [("form", visit.form["form"])] if visit.form.get("form") else []
    again = urlencode([*chosen_fields(visit), *form, ("asked", "1")])
    return RedirectResponse(f"/release?{again}#readers", 303)


def release(shell: Shell, visit: Visit, refusals: Refusals) -> Reply:
    """Decide, seal, record and send, once however often the form is sent; what is refused shows its
    card, and what is unusual is asked first.
    """
    # before a form is read, let alone a file or the partner's answer
    acting.require(shell, visit, "releases.make")
    posted = wanted(shell.node, visit)
    if visit.file is None or not visit.file.filename:
        raise BAD_FORM(member=visit.t("release.file"))
    digest = hashlib.file_digest(visit.file.file, "sha384").hexdigest()  # type: ignore[arg-type]
    visit.file.file.seek(0)
    if visit.form.get("sha384", digest) not in ("", digest):
        raise ALTERED()
    says = {
        **terms_of(posted, visit),
        "ask-first": True,
        "answer": acting.text(visit, "answer"),
        "draft": acting.text(visit, "form"),
    }
    says["title"] = (says.get("title") or visit.file.filename)[:200]
    try:
        answer = _once(shell, visit, says, digest)
    except DecisionRefused as error:
        purpose = posted.chosen["purpose"]
        return refusals.keep(visit, error, item=None, action="release", purpose=purpose)
    except Conflict as error:
        if error.code == keyed.KEY_REUSED.code:
            raise FORM_USED() from None
        if error.code != unusual.UNANSWERED.code:
            raise
        return _unanswered(shell, visit, error)
    left = [one["to"] for one in answer["transfers"] if one["state"] == "refused"]
    query = f"?{urlencode({'left': ','.join(left)})}" if left else ""
    return RedirectResponse(f"/release/sent/{answer['item']}{query}", 303)


def _once(shell: Shell, visit: Visit, says: Mapping[str, Any], digest: str) -> dict[str, Any]:
    """What the release answers; the form's own key makes it one, whoever presses twice."""
    assert visit.file is not None
    given = {name: value for name, value in says.items() if value is not None}
    undated = {**given, "label": {**given["label"], "created": None}}
    about = canonical.digest(["releases.make", undated, visit.file.filename, digest])
    question = replace(
        acting.question(visit, "releases.make", given),
        file=visit.file.file,
        file_name=str(visit.file.filename),
    )
    key = visit.form.get("once", "")
    try:
        return acting.once(shell, visit, "releases.make", question, key=key, about=about)
    except Conflict as error:
        if error.code != keyed.KEY_REUSED.code or _became(shell.node, visit, key):
            raise
    # what was sent by this form before was refused, and has been mended since
    return acting.once(
        shell, visit, "releases.make", question, key=f"{key}.{about[:32]}", about=about
    )


def _became(node: Node, visit: Visit, key: str) -> bool:
    """Whether an item was made of a form."""
    reference = keyed.reference(keyed.named(visit.actor, key))
    with node.store.reading() as tx:
        return node.records.items.get(tx, reference=reference) is not None


def _unanswered(shell: Shell, visit: Visit, error: SealaneError) -> Reply:
    """The form again as it was filled in, with what is unusual and a place to answer it."""
    warnings = (error.details or {}).get("warnings", ())
    form = None
    if visit.form.get("form"):
        form = acting.asked(shell, visit, "desk.show", form=visit.form["form"][:40])
    again = replace(visit, query={**visit.form, "preview": "1"}, form={})
    told = {"message": visit.t("release.unanswered"), "remedy": "", "code": error.code}
    return replace(composing(shell, again, form, warnings, told), status=409)


def _question(posted: PostedChoice) -> ReadersQuestion:
    return ReadersQuestion(
        agreement=posted.agreement.id,
        area=posted.chosen["area"],
        label=posted.label,
        project=posted.chosen["project"] or None,
        purpose=posted.chosen["purpose"],
    )
