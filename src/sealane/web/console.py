"""The console: pages in Japanese and English over the node's use cases; plain HTML that works
without scripts.

Spec: R12, R57, R63, R66.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sealane.base.errors import NotFound, declare
from sealane.office.operation import NodeOffice
from sealane.ports.viewing import PageMaker
from sealane.services.node import Node
from sealane.services.register.accounts import Accounts
from sealane.services.register.provider import BACK, LOGOUT, Provider
from sealane.web import guard
from sealane.web.addresses import act_at, back_at, file_at, over_at, page_at
from sealane.web.pages import (
    access,
    account,
    agreements,
    audits,
    card,
    cases,
    clients,
    desk,
    evidence,
    home,
    item,
    item_acts,
    leaving,
    ledgers,
    made,
    node_facts,
    opening,
    person,
    person_acts,
    provider,
    recalling,
    register,
    register_sheets,
    release,
    release_sending,
    reminders,
    settling,
    sign_in,
    signing,
    trust,
    upkeep,
    vetting,
    within,
)
from sealane.web.pages.refusals import Refusals
from sealane.web.pages.viewing import Views
from sealane.web.shell import Shell
from sealane.web.visit import Handler, Reply, Visit

NO_PAGE = declare(
    "web.no_page",
    NotFound,
    "There is no such page.",
    "そのページはありません。",
    "Start from the register.",
    "登録簿から始めてください。",
)

REGISTER_ACTS = ("keep", "remove", "accept")
ITEM_ACTS = ("readers", "open", "request", "derive", "cut", *item_acts.FORMS)
SIGNING_ACTS = ("read-to-sign", "decline", "send-back", "resubmit")
Marks = Callable[[], list[dict[str, Any]]]
Checks = Callable[[], dict[str, dict[str, Any]]]


def routes(
    node: Node,
    *,
    secret: bytes,
    marks: Marks = list,
    accounts: Accounts | None = None,
    office: NodeOffice | None = None,
    checks: Checks = dict,
    known: Provider | None = None,
    pages: PageMaker | None = None,
) -> list[BaseRoute]:
    """Every page of the console.

    Args:
        secret: what sessions are signed with.
        marks: the state of every shared log: `agreement`, `partner`, and the members of
            `ledger.marks.Marks.as_json`.
        accounts: where another surface of this process signs people in too.
        office: what the operations reach; else this node alone.
        checks: the node's health, by check.
        known: the nation's identity provider, where the deployment takes it.
        pages: draws what is read page by page; None: text alone is shown.
    """
    accounts = accounts or Accounts(node, secret)
    shell = Shell(node, accounts, marks, office or _alone(node, accounts, marks), known)
    refusals = Refusals(node)
    shown_here = Views(node, pages)

    def nowhere(_: Visit) -> Reply:
        raise NO_PAGE()

    return [
        Route("/console.css", file_at("console.css", "text/css"), methods=["GET"]),
        Route("/desk.js", file_at("desk.js", "text/javascript"), methods=["GET"]),
        Route("/htmx.js", file_at("htmx.min.js", "text/javascript"), methods=["GET"]),
        Route("/passkey.js", file_at("passkey.js", "text/javascript"), methods=["GET"]),
        *_door(shell),
        *_ways(shell),
        *_account(shell),
        *_register(shell),
        *_acts(shell, refusals, shown_here),
        *_cases(shell),
        *_people(shell),
        *_node(shell, checks),
        Route("/{path:path}", shell.get(nowhere, door=True), methods=["GET"]),
    ]


def _alone(node: Node, accounts: Accounts, marks: Marks) -> NodeOffice:
    """An office of a node whose statements somebody else delivers."""
    return NodeOffice(node=node, deliver=lambda _: (), marks=marks, accounts=accounts)


def _door(shell: Shell) -> list[BaseRoute]:
    """Signing in and out, and where a message's word ends messages; the only pages that need nobody
    signed in.
    """
    ending = shell.get(over_at(shell, reminders.ending), door=True)
    end = shell.post(over_at(shell, reminders.end), door=True)
    page = shell.get(over_at(shell, sign_in.sign_in_page), door=True)
    act = shell.post(over_at(shell, sign_in.sign_in), door=True)
    invitation = shell.get(over_at(shell, sign_in.invitation_page), door=True)
    redeem = shell.post(over_at(shell, sign_in.redeem), door=True)
    return [
        Route("/invitation", invitation, methods=["GET"]),
        Route("/invitation", redeem, methods=["POST"]),
        Route("/reminders/end", ending, methods=["GET"]),
        Route("/reminders/end", end, methods=["POST"]),
        Route("/sign-in", page, methods=["GET"]),
        Route("/sign-in", act, methods=["POST"]),
        act_at(shell, "/sign-out", sign_in.sign_out),
    ]


def _ways(shell: Shell) -> list[BaseRoute]:
    """The other means to sign in, each with its own address."""
    passkey = shell.post(over_at(shell, sign_in.by_passkey), door=True)
    recovery = shell.post(over_at(shell, sign_in.by_recovery), door=True)
    return [
        Route("/sign-in/passkey", passkey, methods=["POST"]),
        Route("/sign-in/recovery", recovery, methods=["POST"]),
        *card_routes(shell),
        *([] if shell.provider is None else _provider(shell, shell.provider)),
    ]


def card_door(node: Node, accounts: Accounts) -> list[BaseRoute]:
    """What stands at the door that asks for client certificates, and nothing else."""
    shell = Shell(node, accounts, list, _alone(node, accounts, list))
    style = file_at("console.css", "text/css")
    return [Route("/console.css", style, methods=["GET"]), *card_routes(shell)]


def card_routes(shell: Shell) -> list[BaseRoute]:
    """The door for client certificates."""
    page = shell.get(over_at(shell, card.page), door=True)
    act = shell.post(over_at(shell, card.sign_in), door=True)
    return [
        Route("/sign-in/certificate", page, methods=["GET"]),
        Route("/sign-in/certificate", act, methods=["POST"]),
    ]


def _provider(shell: Shell, known: Provider) -> list[BaseRoute]:
    """The way by the nation's identity provider, and back, and its word of a logout there."""

    def over(act: Callable[[Shell, Visit, Provider], Reply]) -> Handler:
        return lambda visit: act(shell, visit, known)

    async def told(request: Request) -> Response:
        body = await request.body() if _short(request) else b""
        text = dict(parse_qsl(body.decode("ascii", "replace"))).get("logout_token", "")
        return await run_in_threadpool(provider.logged_out, known, text)

    return [
        Route("/sign-in/oidc/begin", shell.get(over(provider.begin), door=True), methods=["GET"]),
        Route(BACK, shell.get(over(provider.back), door=True), methods=["GET"]),
        Route(LOGOUT, told, methods=["POST"]),
    ]


def _short(request: Request) -> bool:
    size = request.headers.get("content-length", "")
    return size.isascii() and size.isdigit() and int(size) <= guard.MAX_FORM


def _account(shell: Shell) -> list[BaseRoute]:
    """My account: what a person keeps here of their own."""
    return [
        page_at(shell, "/account", account.page),
        act_at(shell, "/account/preferences", account.prefer),
        act_at(shell, "/account/passphrase", account.passphrase),
        act_at(shell, "/account/passkeys", account.add_passkey),
        act_at(shell, "/account/passkeys/remove", account.remove_passkey),
        act_at(shell, "/account/codes", account.new_codes),
        act_at(shell, "/account/tokens", account.new_token),
        act_at(shell, "/account/sessions", account.end_session),
        act_at(shell, "/account/reminders", account.remind),
        act_at(shell, "/account/reminders/confirm", account.confirm_address),
        act_at(shell, "/account/reminders/end", account.remind_no_more),
        act_at(shell, "/account/feed", account.new_feed_token),
        *(back_at(f"/account/{act}", "/account") for act in account.ACTS),
    ]


def _acts(shell: Shell, refusals: Refusals, shown_here: Views) -> list[BaseRoute]:
    """The items and the release desk; a refused act leads to its card."""

    def judged(act: Callable[[Shell, Visit, Refusals], Reply]) -> Callable[[Shell, Visit], Reply]:
        return lambda shell, visit: act(shell, visit, refusals)

    def looking(page: Callable[[Shell, Visit, Views], Reply]) -> Callable[[Shell, Visit], Reply]:
        return lambda shell, visit: page(shell, visit, shown_here)

    def both(
        act: Callable[[Shell, Visit, Refusals, Views], Reply],
    ) -> Callable[[Shell, Visit], Reply]:
        return lambda shell, visit: act(shell, visit, refusals, shown_here)

    def form(name: str) -> Callable[[Shell, Visit], Reply]:
        return lambda shell, visit: item_acts.acted(shell, visit, name, refusals, shown_here)

    def sent(act: Callable[[Shell, Visit], Reply]) -> Callable[[Request], Awaitable[Response]]:
        return shell.post(over_at(shell, act), upload=1)

    def opened(shell: Shell, visit: Visit) -> Reply:
        return opening.open_item(shell, visit, refusals, shown_here)

    release_act = shell.post(over_at(shell, judged(release_sending.release)), upload=1)
    return [
        page_at(shell, "/items/{item}", looking(item.item)),
        act_at(shell, "/items/{item}/open", opened),
        page_at(shell, "/items/{item}/view/{page:int}", looking(opening.view_page)),
        *(act_at(shell, f"/items/{{item}}/{name}", form(name)) for name in item_acts.FORMS),
        page_at(shell, "/items/{item}/recall", recalling.page),
        act_at(shell, "/items/{item}/recall", both(recalling.recall)),
        *(
            Route(f"/items/{{item}}/{name}", sent(both(make)), methods=["POST"])
            for name, make in (("derive", made.derive), ("cut", made.cut))
        ),
        Route("/refusals/{name}", shell.get(refusals.show), methods=["GET"]),
        page_at(shell, "/release", release.desk),
        Route("/release", release_act, methods=["POST"]),
        act_at(shell, "/release/compose", release.compose),
        act_at(shell, "/release/ask", release_sending.ask),
        *(back_at(f"/release/{act}", "/release") for act in ("compose", "ask")),
        *_desk(shell),
        page_at(shell, "/items/{item}/sign", looking(signing.page)),
        act_at(shell, "/items/{item}/readers", item.ask_readers),
        act_at(shell, "/items/{item}/read-to-sign", looking(signing.read)),
        act_at(shell, "/items/{item}/decline", signing.decline),
        act_at(shell, "/items/{item}/send-back", signing.send_back),
        act_at(shell, "/items/{item}/resubmit", signing.resubmit),
        *(back_at(f"/items/{{item}}/{act}", "/items/{item}") for act in ITEM_ACTS),
        *(back_at(f"/items/{{item}}/{act}", "/items/{item}/sign") for act in SIGNING_ACTS),
    ]


def _desk(shell: Shell) -> list[BaseRoute]:
    """The release desk beside the composer."""
    return [
        page_at(shell, "/release/queue", desk.queue),
        page_at(shell, "/release/forms", desk.forms),
        act_at(shell, "/release/forms", desk.keep),
        act_at(shell, "/release/forms/{form}", desk.change),
        back_at("/release/forms/{form}", "/release/forms"),
        page_at(shell, "/release/sent/{item}", desk.sent),
    ]


def _register(shell: Shell) -> list[BaseRoute]:
    """Home, the register as lists, requests for access, proofs."""
    return [
        page_at(shell, "/", home.home),
        page_at(shell, "/register", register.register),
        page_at(shell, "/register.csv", register_sheets.table),
        page_at(shell, "/register/print", register_sheets.sheet),
        act_at(shell, "/register/keep", register.keep),
        act_at(shell, "/register/remove", register.remove),
        act_at(shell, "/register/accept", register.accept),
        *(back_at(f"/register/{act}", "/register") for act in REGISTER_ACTS),
        page_at(shell, "/access", access.page),
        act_at(shell, "/access/answer", access.give_answer),
        back_at("/access/answer", "/access"),
        act_at(shell, "/items/{item}/request", access.ask_for),
        page_at(shell, "/register/new", made.page),
        act_at(shell, "/register/new", made.register),
        page_at(shell, "/items/{item}/proof", evidence.proof),
        page_at(shell, "/verify", evidence.verifier),
    ]


def _cases(shell: Shell) -> list[BaseRoute]:
    """What is said with partners beside handing over items, and what is done within the node."""
    return [
        page_at(shell, "/cases", cases.listed),
        page_at(shell, "/cases/new", cases.new),
        act_at(shell, "/cases/new", cases.open_case),
        page_at(shell, "/cases/{case}", cases.case),
        act_at(shell, "/cases/{case}/say", cases.say),
        back_at("/cases/{case}/say", "/cases/{case}"),
        act_at(shell, "/cases/{case}/keep", cases.keep),
        back_at("/cases/{case}/keep", "/cases/{case}"),
        act_at(shell, "/cases/{case}/print", cases.print_),
        back_at("/cases/{case}/print", "/cases/{case}"),
        *(act_at(shell, path, act) for path, act in within.ACTS.items()),
        *(
            Route(path, shell.post(over_at(shell, act), upload=1), methods=["POST"])
            for path, act in within.UPLOADS.items()
        ),
        *(back_at(one, one.rpartition("/")[0]) for one in (*within.ACTS, *within.UPLOADS)),
        *(page_at(shell, path, page) for path, page in within.PAGES.items()),
    ]


def _people(shell: Shell) -> list[BaseRoute]:
    """The directory: people, what each of them holds, facilities and assurances."""
    return [
        page_at(shell, "/people", node_facts.people),
        page_at(shell, "/people/new", person.new),
        act_at(shell, "/people/new", person_acts.enter),
        act_at(shell, "/people/end", leaving.end_access),
        page_at(shell, "/people/register", register_sheets.people),
        page_at(shell, "/people/{person}", person.person),
        *(
            act_at(shell, f"/people/{{person}}/{name}", act)
            for name, act in person_acts.ACTS.items()
        ),
        page_at(shell, "/people/{person}/{act}", person.back),
        page_at(shell, "/facilities", vetting.facilities),
        act_at(shell, "/facilities", vetting.keep_facility),
        page_at(shell, "/horizon", vetting.horizon),
        act_at(shell, "/horizon", vetting.warn),
        page_at(shell, "/assurances", vetting.assurances),
        act_at(shell, "/assurances", vetting.assure),
    ]


def _node(shell: Shell, checks: Checks) -> list[BaseRoute]:
    """What the node itself is: its ledgers, its agreements, its partners, its upkeep."""
    return [
        page_at(shell, "/ledger", node_facts.ledger),
        page_at(shell, "/ledger/entries", ledgers.entries),
        page_at(shell, "/ledger/entry", ledgers.entry),
        page_at(shell, "/ledger/proof", ledgers.proof),
        page_at(shell, "/ledger/heads", ledgers.heads),
        page_at(shell, "/ledger/verify", ledgers.verification),
        act_at(shell, "/ledger/verify", ledgers.verify),
        page_at(shell, "/audit/reconcile", audits.reconcile),
        act_at(shell, "/audit/reconcile", audits.compare),
        page_at(shell, "/audit/statistics", audits.statistics),
        act_at(shell, "/items/{item}/evidence", audits.evidence),
        page_at(shell, "/trust", trust.board),
        page_at(shell, "/clients", clients.clients),
        act_at(shell, "/clients", clients.add),
        act_at(shell, "/clients/end", clients.end),
        act_at(shell, "/clients/invite", clients.invite),
        *(back_at(f"/clients/{act}", "/clients") for act in ("end", "invite")),
        page_at(shell, "/partners", upkeep.partners),
        Route("/partners", shell.post(over_at(shell, upkeep.enrol), upload=1), methods=["POST"]),
        act_at(shell, "/partners/{party}/card", upkeep.accept),
        back_at("/partners/{party}/card", "/partners"),
        page_at(shell, "/upkeep", lambda shell, visit: upkeep.upkeep(shell, visit, checks)),
        *(
            Route(path, shell.post(over_at(shell, act), upload=files), methods=["POST"])
            for path, (_, act, files) in settling.FORMS.items()
        ),
        *(back_at(path, page) for path, (page, _, _) in settling.FORMS.items()),
        page_at(shell, "/agreements", agreements.agreements),
        page_at(shell, "/agreements/{agreement}", agreements.agreement),
        page_at(shell, "/agreements/{agreement}/versions", agreements.versions),
        page_at(shell, "/agreements/{agreement}/notices", agreements.back),
        act_at(shell, "/agreements/{agreement}/notices", agreements.notify),
    ]
