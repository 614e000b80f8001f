"""Texts that are made to harm, in every field of every operation and of every form: they are
refused, or shown as what they are, on every page, to everybody, in both languages, and at the
terminal.

The fields are those that the operations declare and that the pages show.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from click.testing import CliRunner

from sealane.cli.main import cli
from sealane.office.operation import Carries, MemberKind, MemberPlace, Operation, StatedMember
from sealane.office.spoken import spoken
from sealane.office.table import OPERATIONS
from sealane.registry.who_may import WHO_MAY
from sealane.services.exchange import outbox
from sealane.services.register import accounts
from tests import nations
from tests.clock import START, Clock
from tests.nations import AGREEMENT, PASSPHRASE, Pair
from tests.web import hostile, troubled
from tests.web.visiting import Console
from tests.who_may_world import stay_open

TEXTS = {MemberKind.TEXT, MemberKind.TEXTS, MemberKind.ANY, MemberKind.THING, MemberKind.THINGS}
CHANGING = sorted(
    (one for one in OPERATIONS.values() if not one.reads and not one.open_to_all),
    key=lambda one: one.tag == "agreements",  # what is suspended lets nothing be shared
)
PEOPLE = {
    "AUS": ("aus.analyst", "aus.release", "aus.second", "aus.clerk", "aus.security", "aus.auditor"),
    "JPN": ("jpn.sato", "jpn.clerk", "jpn.security", "jpn.auditor", "jpn.release"),
}
ANSWERS = {"application/json", "application/problem+json", "application/octet-stream"}
ALONE = ("/verify",)
"""A page that is whole in one file, its program too, and shows nothing of the node."""
PAGES = 150
"""So many pages a person: whatever there is, and an end where links go on for ever."""
LEAVING = ("/sign-out", "/account/sessions", "/account/passphrase", "/people/end")
"""Forms that end what the next of them needs."""


class World:
    """Two nodes, everybody at both, and items that acts can be about."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self.consoles = {party: Console(pair, party) for party in PEOPLE}
        self.number = 0
        self.tokens: dict[str, str] = {}
        self.taken: list[tuple[str, str]] = []
        """Operations and fields that took the text."""
        self.answers: dict[str, list[tuple[str, int, str, str]]] = {}
        """Of each operation: the field, and the status, kind and beginning of what was said."""
        for node in (pair.aus, pair.jpn):
            troubled.with_passphrase(node)

    def items(self, operation: Operation) -> list[str]:
        """One that waits for a second signer, and one that was delivered, where one is asked of."""
        if "{item}" not in operation.path:
            return [""]
        self.number += 1
        waits = nations.share(self.pair, reference=f"w{self.number}", second=None)
        given = nations.share(self.pair, reference=f"g{self.number}")
        return [waits, given]

    def who(self, operation: Operation, party: str) -> str | None:
        """Somebody of the nation who may do it."""
        duties = None if operation.act is None else WHO_MAY[operation.act].duties
        node = self.consoles[party].node
        with node.store.reading() as tx:
            held = {name: set(node.person(tx, name)["duties"]) for name in PEOPLE[party]}
        able = (name for name, has in held.items() if duties is None or has & set(duties))
        return next(able, None)

    def token(self, party: str, person: str) -> str:
        if person not in self.tokens:
            console = self.consoles[party]
            held = accounts.Accounts(console.node, console.site.secret)
            self.tokens[person] = held.token(person, 1)
        return self.tokens[person]

    def ask(self, operation: Operation, party: str, person: str, says: Mapping[str, Any]) -> Any:
        said = spoken(operation, says)
        bearer = f"Bearer {self.token(party, person)}"
        request: dict[str, Any] = {"headers": {"authorization": bearer, "if-match": "*"}}
        if operation.carries is Carries.IN:
            stated = (None, json.dumps(said.body), "application/json")
            request["files"] = {operation.part: stated, "file": (hostile.TEXT, b"x")}
        else:
            request["json"] = said.body
        client = self.consoles[party].visitor().client
        return client.request(operation.method, said.target, **request)


def filled(member: StatedMember, example: Any) -> Any:
    """The member with the text in each of its own places."""
    if member.kind is MemberKind.TEXTS:
        return [hostile.TEXT]
    if member.kind is MemberKind.THING:
        return dict.fromkeys(example or {"reason": ""}, hostile.TEXT)
    if member.kind is MemberKind.THINGS:
        return [{"reference": hostile.TEXT, "by": hostile.TEXT, "project": hostile.TEXT}]
    if member.place is MemberPlace.PATH:  # a stroke would make another address of it
        return hostile.TEXT.replace("/", "")
    return hostile.TEXT[: member.most]


def sent_by(world: World, operation: Operation) -> Iterator[tuple[str, Any]]:
    """Each field of an operation with the text in it, as somebody who may act sends it; and what
    the node answered.
    """
    items = world.items(operation)
    fields = [one for one in operation.members if one.kind in TEXTS and not one.words]
    for at, member in enumerate(fields):
        for party, item in ((party, item) for party in PEOPLE for item in items):
            usual = {"item": item, "person": "aus.analyst", "facility": f"{party.lower()}.registry"}
            usual |= {"agreement": AGREEMENT}
            addressed = [one.name for one in operation.members if one.place is MemberPlace.PATH]
            named = {name: usual.get(name, "none") for name in addressed}
            says = {**named, **(operation.example or {})}
            if "id" in says and member.name != "id":
                says["id"] = f"{party.lower()}.h{at}-{operation.tag}"
            says[member.name] = filled(member, says.get(member.name))
            if (person := world.who(operation, party)) is not None:
                yield member.name, world.ask(operation, party, person, says)


@pytest.fixture(scope="module")
def world(template: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two nodes at which every field of every operation was sent the text."""
    root = nations.copy_of(template, tmp_path_factory.mktemp("texts") / "pair")
    pair = nations.opened(root, Clock(START + 600 * 1_000_000_000))
    made = World(pair)
    for operation in CHANGING:
        answers = made.answers.setdefault(operation.id, [])
        for name, answer in sent_by(made, operation):
            kind = answer.headers["content-type"].partition(";")[0]
            answers.append((name, answer.status_code, kind, answer.text[:300]))
            if answer.status_code < 300:
                made.taken.append((operation.id, name))
        outbox.deliver_due(pair.aus)
        outbox.deliver_due(pair.jpn)
    yield made
    pair.close()


@pytest.mark.parametrize("operation", [one.id for one in CHANGING])
def test_every_field_of_an_operation_takes_the_text_or_refuses_it(
    world: World, operation: str
) -> None:
    for name, status, kind, text in world.answers[operation]:
        assert status < 500, (name, text)
        assert kind in ANSWERS, (name, text)


def test_many_fields_took_it(world: World) -> None:
    """Else the pages that follow would have nothing to show."""
    assert {
        ("items.recall", "reason"),
        ("items.reject", "reason"),
        ("items.register", "title"),
        ("items.register", "project"),
        ("people.change", "name"),
        ("people.change", "post_ja"),
        ("people.enter", "organisation"),
        ("searches.save", "text"),
        ("agreements.notify", "detail"),
        ("items.destroy", "means"),
    } <= set(world.taken), sorted(set(world.taken))


LOOKS = [
    pytest.param(party, person, lang, marks=() if quick else (pytest.mark.deep,))
    for party, names in PEOPLE.items()
    for person in names
    for lang in ("ja", "en")
    for quick in [lang == "ja" and person in ("aus.release", "jpn.security", "jpn.sato")]
]
"""Everybody in both languages; every run looks as an officer of each kind, and as a reader."""


@pytest.mark.parametrize(("party", "person", "lang"), LOOKS)
def test_every_page_shows_it_as_what_it_is_and_every_form_takes_it_or_refuses_it(
    world: World, party: str, person: str, lang: str
) -> None:
    visitor = world.consoles[party].visitor(person, lang)
    waiting, seen, sent = deque(["/", "/account", "/upkeep", "/release"]), set[str](), set[str]()
    shown = 0
    while waiting and len(seen) < PAGES:
        path = waiting.popleft()
        if path in seen or path.startswith(("/sign-", *ALONE)):
            continue
        seen.add(path)
        answer = visitor.get(path)
        text = answer.text
        if not answer.headers["content-type"].startswith("text/html"):
            assert hostile.hidden(text.removeprefix("\ufeff")) == [], (path, person)
            continue
        page, shown = hostile.looked(text), shown + ("&lt;U+202E&gt;" in text)
        assert page.faults == [], (path, person)
        waiting.extend(page.links)
        for form in page.forms:
            action = form["said"].get("action", path)
            if form["said"].get("method") != "post" or action in {*sent, *LEAVING}:
                continue
            sent.add(action)
            answer = visitor.client.post(action, data=harmful(form["fields"]))
            assert answer.status_code < 500, (action, person)
            if answer.headers["content-type"].startswith("text/html"):
                assert hostile.looked(answer.text).faults == [], (action, person)
    assert len(seen) > 10
    assert shown > 0


def harmful(fields: list[tuple[str, dict[str, str]]]) -> dict[str, str]:
    """A form as it stands, with the text in every field that a person can write in."""
    found: dict[str, str] = {}
    for tag, said in fields:
        name, value = said.get("name"), said.get("value", "")
        if not name:
            continue
        writes = tag == "textarea" or (tag == "input" and said.get("type", "text") == "text")
        found[name] = hostile.TEXT if writes else found.get(name) or value
    return found


TOLD = (
    ("item", "list"),
    ("item", "show", "{item}"),
    ("item", "history", "{item}"),
    ("item", "custody", "{item}"),
    ("item", "disclosures", "{item}"),
    ("item", "search"),
    ("item", "searches"),
    ("people", "list"),
    ("people", "register"),
    ("people", "horizon", "--days", "3000"),
    ("suspense", "list"),
    ("ledger", "search"),
    ("node", "status"),
    ("item", "show", hostile.TYPED),
    ("item", "search", hostile.TYPED),
    ("item", "recall", "{item}", "--reason", hostile.TYPED),
    ("people", "reads", hostile.TYPED, "--purpose", hostile.TYPED),
)


@pytest.mark.parametrize("words", TOLD, ids=lambda one: " ".join(one[:2]))
def test_the_terminal_shows_it_as_what_it_is(
    world: World, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    stay_open(world.pair, monkeypatch)
    root = world.pair.root
    (root / "pass").write_bytes(PASSPHRASE)
    with world.pair.aus.store.reading() as tx:
        recalled = [
            one.id for one in world.pair.aus.records.items.find(tx, order="id") if one.recalled
        ]
    for party, person in (("AUS", "aus.auditor"), ("AUS", "aus.release"), ("JPN", "jpn.auditor")):
        typed = [one.replace("{item}", recalled[0]) for one in words]
        at = ["--node", str(root / party.lower()), "--passphrase-file", str(root / "pass")]
        who = [] if words[0] == "node" or words == ("people", "list") else ["--as", person]
        for form in ([], ["--json"]):
            ran = CliRunner().invoke(cli, [*typed, *who, *at, *form])
            assert ran.exit_code in (0, 1, 2, 3, 4), ran.output
            assert not isinstance(ran.exception, Exception), ran.exception
            assert hostile.hidden(ran.stdout) == [], ran.stdout
            assert hostile.hidden(ran.stderr) == [], ran.stderr
