"""Two nations whose people hold one duty each, and how each act is tried at each surface.

Whatever is tried is about an item that is over, so that whoever may is stopped by the item's state
after the table was asked, and nothing changes in any cell of the matrix; where a node's keys are
asked for, the log alone says so.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from sealane import shipped
from sealane.base.values import DAY, SECOND, Instant, format_instant
from sealane.cli.main import main
from sealane.office.operation import Carries, Operation
from sealane.office.spoken import spoken
from sealane.registry.records import Duty
from sealane.registry.who_may import STAFF, WHO_MAY, Act
from sealane.services.custody import copying, ending
from sealane.services.exchange import arrival, recall
from sealane.services.node import Node
from sealane.services.register import accounts, directory, enrolment, leaving
from tests import engines, nations, operations_world, within_world
from tests.case_world import case_words
from tests.clock import START, Clock
from tests.nations import AGREEMENT, PASSPHRASE, Pair
from tests.operations_world import GONE
from tests.web.visiting import HOME, Console

NOBODY, STRANGER = "t.nobody", "t.stranger"
"""Somebody in the directory without a duty, and a name that is not in it."""
AUTHOR = "aus.analyst"
"""The originator of the item that everything is tried about."""
PEOPLE: dict[str, set[Duty]] = {**{f"t.{duty}": {duty} for duty in Duty}, NOBODY: set()}
SECRET = "a passphrase of their own"
POSTED = {
    *("release", "countersign", "withdraw", "recall", "accept", "reject", "open", "authorities"),
    *("decline", "send-back", "resubmit", "read-to-sign", "forms"),
    *("new", "debrief", "assurances", "notices", "end", "evidence", "card"),
    *("copy", "move", "remark", "return", "destroy", "decline", "derive", "cut", "onward"),
    *("request", "answer", "readers", "take-back", "readmission", "resumption", "adopt", "sign"),
    *("settle", "define", "place", "hold", "pass", "stop", "keep", "print"),
}
"""Ends of the addresses that are posted to; the others are read."""
FILLED = {
    "reason": "r",
    "purpose": "assessment",
    "id": "t.entered",
    "name": "T",
    "post": "T",
    "organisation": "T",
    "organisation_country": "AUS",
    "nationality": "AUS",
    "kind": "resume",
    "agreement": AGREEMENT,
    "area": "maritime",
    "level": "SECRET",
    "until": "2027-01-01",
    "copy": "1",
    "title": "t",
    "label": "OFFICIAL",
    "request": "ar-none",
    "grant": "yes",
    "confirmed": "yes",
    "fingerprint": "ab",
    "compared": "yes",
    **within_world.FILLED,
}
"""What the forms of the matrix are filled in with."""
REFUSED = {"usage.person", "person.unknown", "person.duty", "item.not_yours", "login.required"}
"""What the table refuses with; every other code comes after it."""


def staffed(template: Path, root: Path) -> Pair:
    """Two nodes, with the same people at both and a passphrase for each."""
    pair = nations.opened(nations.copy_of(template, root), Clock(START + 600 * SECOND))
    for node in (pair.aus, pair.jpn):
        for person, duties in PEOPLE.items():
            directory.enter(node, record_of(node, person, duties))
            accounts.set_passphrase(node, person, SECRET)
        directory.enter(node, record_of(node, GONE, set()))
        leaving.leave(node, GONE)
    return pair


def record_of(node: Node, person: str, duties: set[Duty]) -> dict[str, Any]:
    return {
        "id": person,
        "name": person,
        "post": person,
        "facility": None,
        "nationality": [node.party],
        "organisation": node.settings.node,
        "organisation_country": node.party,
        "clearances": [],
        "briefings": [],
        "authorisations": [],
        "roles": [],
        "duties": sorted(map(str, duties)),
    }


def finished(pair: Pair) -> str:
    """An item that was released, accepted, called back and destroyed, copy 1 of each nation
    included: known to both, and over.
    """
    item = nations.share(pair, reference="matrix")
    arrival.accept(pair.jpn, item, "jpn.clerk")
    copying.copy(pair.aus, item, "aus.clerk", place="aus.registry")
    ending.destroy(pair.aus, item, "aus.clerk", number=1)
    pair.settle(2)
    for node in (pair.aus, pair.jpn):
        within_world.counted(node)
    recall.recall(pair.aus, item, reason="over", person="aus.release")
    pair.settle(2)
    return item


def expected(act: Act, person: str, party: str, *, about: bool) -> str | None:
    """What the table's columns say of a person of the matrix at a nation, worked out here."""
    row = WHO_MAY[act]
    if person == STRANGER:
        return "person.unknown"
    mine = {"PROVIDER": "AUS", "HOLDER": "JPN"}.get(row.side.name)
    duties = {Duty.ORIGINATOR} if person == AUTHOR else PEOPLE[person]
    if about and not duties & STAFF:
        return "item.unknown"
    if about and mine not in (None, party):
        return "item.not_yours"
    if row.duties is None or duties & row.duties:
        return None
    return None if row.originator and person == AUTHOR else "person.duty"


def typed_for(act: Act, command: str) -> str:
    """A verb as it is typed for an act: those of two acts by what tells them apart."""
    return f"{command} ({act})" if act in (Act.CUT, Act.READ_TO_SIGN) else command


class Typing:
    """`sealane ...` typed in this process at nodes that stay open."""

    def __init__(self, pair: Pair, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.pair, self.folder, self.capsys = pair, folder, capsys
        folder.mkdir(exist_ok=True)
        (folder / "pass").write_bytes(PASSPHRASE)
        (folder / "label.json").write_text(json.dumps(nations.LABEL))
        (folder / "file").write_text("a text that is long")
        (folder / "new.json").write_text(json.dumps(record_of(pair.aus, "t.new", set())))
        (folder / "key.pem").write_text("no key")
        (folder / "agreement.toml").write_text("id = 1")
        (folder / "agreement.toml.sigs").write_text("{}")
        (folder / "notices").write_text("[]")
        shipped_file = shipped.agreement_file(AGREEMENT)
        assert shipped_file is not None
        (folder / "shipped").write_bytes(shipped_file.read_bytes())
        for node in (pair.aus, pair.jpn):
            moved = replace(node.card, url="https://127.0.0.1:1")
            card = enrolment.card_statement(replace(node, card=moved, cards=None))
            (folder / f"{node.party}.card").write_bytes(card)

    def words(self, command: str, item: str, party: str) -> list[str]:
        """The arguments with which a command is tried, without who acts."""
        folder, node = self.folder, str(self.pair.root / party.lower())
        other = "JPN" if party == "AUS" else "AUS"
        at, file = ["--node", node], str(folder / "file")
        out, label, reason = str(folder / "out"), str(folder / "label.json"), ["--reason", "r"]
        purpose = ["--purpose", "assessment"]
        until = format_instant(Instant(self.pair.clock.now() - DAY))
        numbered = ["--copy", "1"]
        release = ["--to", other, "--area", "maritime", "--until", until]
        terms = [*release, "--originator", "t.originator"]
        sealed = ["--label", label, *at]
        assured = ["--agreement", AGREEMENT, "--area", "defence", "--level", "SECRET"]
        extended = ["--level", "SECRET", "--until", until, "--reference", "r"]
        typed = {
            "release": [file, *terms, *purpose, "--agreement", AGREEMENT, *sealed],
            "item release": [item, *terms, *at],
            "seal": [file, out, *sealed],
            "item countersign": [item, *at],
            "item withdraw": [item, *reason, *at],
            "item recall": [item, *reason, *at],
            "item relabel": [item, "--label", label, *reason, *at],
            "item rewrap": [item, "--suite", "X-Wing", *at],
            "item lease": [item, "--to", other, "--until", until, *at],
            **{f"item {one}": [item, *at] for one in ("leases", "custody", "disclosures")},
            "item accept": [item, *at],
            "item reject": [item, *reason, *at],
            "item copy": [item, "--place", f"{party.lower()}.registry", *at],
            "item move": [item, *numbered, "--place", f"{party.lower()}.registry", *at],
            "item remark": [item, *numbered, *at],
            "item return": [item, *numbered, *at],
            "item destroy": [item, *numbered, *at],
            "item open": [item, out, *purpose, *at],
            "open": [file, out, *purpose, *at],
            "item vouch": [item, *purpose, "--client-key", str(folder / "key.pem"), *at],
            "item onward": [item, "--to", "USA", *purpose, *at],
            "people assure": [*assured, "--until", until, *at],
            "people add": [str(folder / "new.json"), *at],
            "agreement sign": [str(folder / "shipped"), "--key", node, "--authority", "none"],
            "agreement notice": [
                *(str(folder / "shipped"), "give-notice", "--key", node),
                *("--until", until),
            ],
            "node enrol": [node, str(folder / f"{other}.card")],
            "node readmit": [node, other, *reason],
            "node adopt": [node, str(folder / "agreement.toml")],
            "node agreement": [node, AGREEMENT, "resume"],
            "node notice": [node, str(folder / "notices")],
            "node policy": [node, "--no-overlay"],
            "node resume": [node, "--without", other],
            "ledger authorise": [file, "--item", item, *at],
            "suspense list": at,
            **within_world.words(item, other, until, out, at),
            "ledger feed": ["--format", "ocsf", *at],
            "ledger search": at,
            "ledger status": at,
            "ledger heads": ["none", *at],
            "ledger walk": at,
            "ledger monthly": at,
            "audit reconcile": ["--with", "USA", *at],
            "audit statistics": at,
            "audit board": at,
            "evidence export": [item, out, *at],
            "client add": ["t.client", "--kind", "scim", *at],
            "client list": at,
            "client end": ["t.none", *at],
            "ledger copy": [str(folder / "copied"), "--origin", "none", *at],
            "pack export": [out, "--to", other, *at],
            "pack import": [file, *at],
            **case_words(other, out, at),
            "home": at,
            "reminders show": at,
            "reminders set": ["--often", "daily", *at],
            "reminders confirm": ["00000000", *at],
            "reminders end": at,
            "reminders feed": at,
            "access request": [item, *purpose, *at],
            "access list": at,
            "access grant": ["ar-none", *at],
            "access refuse": ["ar-none", *at],
            "item list": at,
            "item search": ["text", *at],
            "item searches": at,
            "item show": [item, *at],
            "people extend": ["t.reader", *extended, *at],
            "people debrief": ["t.reader", "--agreement", "none", *at],
            "people warn": at,
            "people register": at,
            "people horizon": at,
            "people end": [GONE, *at],
            "people return": ["t.reader", *at],
            "people name": ["t.reader", "a name", *at],
            "people passphrase": [f"{party.lower()}.clerk", "--new-passphrase-file", file, *at],
            "people token": ["t.reader", *at],
            "item history": [item, *at],
            "item sources": [item, *at],
            "item register": ["--kind", "oral", "--title", "t", "--area", "-", *sealed],
            "item derive": [item, file, "--kind", "summary", *at],
            "item derive (cut)": [item, file, "--kind", "tear-line", *at],
            "item open (read-to-sign)": [item, out, "--for-signature", *at],
            "item decline": [item, *reason, *at],
            "item send-back": [item, *reason, *at],
            "item resubmit": [item, *reason, *at],
            "item readers": [item, *purpose, *at],
            "desk forms": ["--kind", "draft", *at],
            "desk show": ["F-000001", *at],
            "desk keep": ["--kind", "draft", "--name", "kept", *at],
            "desk change": ["F-000001", "--abandon", *at],
            "desk queue": at,
            "desk preview": [*release[:4], *sealed, *purpose],
            "people reads": ["t.reader", *purpose, *at],
        }
        return [*command.partition(" (")[0].split(), *typed[command]]

    def code(self, command: str, item: str, party: str, person: str | None) -> str | None:
        """What came of it: None, or the code of the error."""
        who = [] if person is None else ["--as", person]
        keys = ["--passphrase-file", str(self.folder / "pass"), "--json"]
        with pytest.raises(SystemExit) as done:
            main([*self.words(command, item, party), *who, *keys])
        told = json.loads(self.capsys.readouterr().out)
        assert bool(done.value.code) == ("error" in told or told.get("verified") is False), told
        return told["error"]["code"] if "error" in told else None


def stay_open(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands find the nodes of the pair open: unsealing one for each of a thousand commands is
    not what is asked here.
    """

    def opened(folder: str | Path, _: bytes, **__: Any) -> Any:
        return replace(pair.sites[Path(folder).name.upper()], dispose=lambda: None)

    monkeypatch.setattr("sealane.wiring.site.open_site", opened)


class Doors:
    """The console and the API of a node, with a session and a token for each person."""

    def __init__(self, pair: Pair, party: str) -> None:
        self.console = Console(pair, party)
        self.accounts = accounts.Accounts(self.console.node, self.console.site.secret)
        self.tokens = {person: self.accounts.token(person, 1) for person in PEOPLE}
        self.visitors: dict[str | None, Any] = {None: self.console.visitor()}
        for person in PEOPLE:
            visitor = self.console.visitor()
            assert visitor.sign_in(person, SECRET).status_code == 303
            self.visitors[person] = visitor
        self.keys = {person: _form_key(self.visitors[person]) for person in PEOPLE}

    def page(self, path: str, person: str | None) -> str | None:
        """What came of a form: None, or the code of the error page."""
        form = {"form_key": self.keys.get(str(person), ""), **FILLED}
        form["person"] = GONE
        client = self.visitors[person].client
        if path.rsplit("/", 1)[-1] not in POSTED:
            seen = client.get(path, follow_redirects=False)
            return "login.required" if seen.status_code == 303 else _code(seen)
        files = {"file": ("f", b"x")} if path in ("/release", "/exports/hold") else None
        answer = client.post(path, data=form, files=files, follow_redirects=False)
        if answer.status_code == 303 and answer.headers["location"] == "/sign-in":
            return "login.required"
        return _code(answer)

    def api(self, path: str, person: str | None, body: Any) -> str | None:
        """What came of a call: None, or the code of the problem."""
        answer = self._client(person).post(path, json=body)
        return answer.json()["code"] if answer.status_code >= 400 else None

    def asks(self, operation: Operation, person: str | None, item: str) -> str | None:
        """The same of an operation with its example, about this item."""
        stated = operations_world.stated(operation, item, self.console.node.party)
        known = {one.name for one in operation.members}
        said = spoken(operation, {name: stated[name] for name in known & set(stated)})
        request: dict[str, Any] = {"headers": {"if-match": "*"}}
        if operation.carries is Carries.IN:
            request["files"] = {
                operation.part: (None, json.dumps(said.body), "application/json"),
                "file": ("f", b"x"),
            }
        elif not operation.reads:
            request["json"] = said.body
        answer = self._client(person).request(operation.method, said.target, **request)
        return answer.json()["code"] if answer.status_code >= 400 else None

    def _client(self, person: str | None) -> TestClient:
        client = TestClient(self.console.app, base_url=HOME)
        if person is not None:
            client.headers["authorization"] = f"Bearer {self.tokens[person]}"
        return client


def _code(answer: Any) -> str | None:
    """The code that a page tells, where it refuses."""
    found = re.search(r"<code[^>]*>([a-z_]+\.[a-z_]+)</code>", answer.text)
    if answer.status_code >= 400:
        return html.unescape(found[1]) if found else "decision.refused"
    return None


def _form_key(visitor: Any) -> str:
    found = re.search(r'name="form_key" value="([^"]+)"', visitor.get("/").text)
    assert found is not None
    return html.unescape(found[1])


def books(node: Node) -> dict[str, Any]:
    """Every row that a node holds."""
    with node.store.reading() as tx:
        return engines.rows(tx)
