"""The short verbs of every kind of case, made from its table: the same question as `case open KIND`
and `case EVENT`, for each kind that ships and for one that somebody adds by its file alone.

Spec: spec/interfaces.md §6; spec/case.md §2.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from sealane import shipped
from sealane.adapters import policy
from sealane.cases.kind import CaseKind, Side
from sealane.cli.docs import walk
from sealane.cli.main import GROUPS, cli
from sealane.cli.registry import case
from sealane.cli.registry.case_verbs import verbs_of

KINDS = shipped.case_kinds()
BASE = {" ".join(words): command for words, command in walk()}
EVENTS = [
    (kind.kind, event.name)
    for kind in KINDS.values()
    for event in kind.event
    if event.who is not Side.CLOCK
]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """What is asked of the office, in place of any node."""
    found: list[tuple[str, dict[str, Any]]] = []
    told = {"id": "C", "kind": "k", "opener": "AUS", "with": "JPN", "state": "s", "due": None}
    told |= {"form": {}, "events": [], "own": {"possible": []}, "cases": [], "after": None}

    def ask(_: dict[str, Any], name: str, **says: Any) -> dict[str, Any]:
        says.pop("sink", None)
        found.append((name, {key: value for key, value in says.items() if value is not None}))
        return {**told, "bytes": 1}

    monkeypatch.setattr(case, "ask", ask)
    return found


def typed(*words: str) -> Any:
    ran = CliRunner().invoke(cli, [*words, "--json"])
    assert ran.exit_code == 0, ran.output
    return json.loads(ran.stdout)


def options(command: click.Command) -> dict[str, Any]:
    return {one.name: one.opts for one in command.params if isinstance(one, click.Option)}


def verb(kind: str, name: str) -> click.Command:
    return verbs_of(kind)[name]()


def expected(kind: CaseKind) -> list[str]:
    people = [one.name for one in kind.event if one.who is not Side.CLOCK]
    printed = ["print"] if shipped.printed_forms().get(kind.kind) else []
    own = [one.verb for one in kind.own]
    return [kind.open.verb, *people, *own, *printed, "list", "show"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_a_group_with_every_verb_of_its_table_and_no_other(kind: str) -> None:
    group = cli.get_command(click.Context(cli), kind)
    assert isinstance(group, click.Group)
    assert list(group.list_commands(click.Context(group))) == expected(KINDS[kind])
    title = KINDS[kind].title
    ran = CliRunner().invoke(cli, [kind, "--help"])
    assert ran.exit_code == 0
    assert title.en in ran.stdout
    assert title.ja in ran.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_what_opens_a_case_asks_what_case_open_asks(
    kind: str, asked: list[tuple[str, dict[str, Any]]]
) -> None:
    terms = ["--with", "JPN", "--agreement", "A", "--item", "I", "--set", "a=1", "--set", "a=2"]
    short = typed(kind, KINDS[kind].open.verb, *terms)
    assert short == typed("case", "open", kind, *terms)
    first, second = asked
    assert first == second == ("cases.open", first[1])
    assert first[1]["form"] == {"a": ["1", "2"]}
    assert options(verb(kind, KINDS[kind].open.verb)) == options(BASE["case open"])


@pytest.mark.parametrize(("kind", "event"), EVENTS)
def test_what_is_said_asks_what_the_event_asks_of_a_case_of_the_kind(
    kind: str, event: str, asked: list[tuple[str, dict[str, Any]]]
) -> None:
    terms = ["C-1", "--set", "a=1", "--item", "I"]
    assert typed(kind, event, *terms) == typed("case", event, *terms)
    (name, short), (base_name, base) = asked
    assert (name, base_name) == ("cases.say", "cases.say")
    assert short == {**base, "kind": kind}
    assert options(verb(kind, event)) == options(BASE["case say"])


@pytest.mark.parametrize("kind", KINDS)
def test_the_help_of_a_verb_names_its_fields_in_both_languages(kind: str) -> None:
    described = KINDS[kind]
    titled = [(described.open.verb, described.open.title, described.field)]
    titled += [(one.name, one.title, one.field) for one in described.event]
    for name, title, fields in titled:
        if name not in verbs_of(kind):
            continue
        ran = CliRunner().invoke(cli, [kind, name, "--help"], terminal_width=200)
        assert f"{title.en} / {title.ja}" in ran.stdout
        for field in fields:
            assert (f"--set {field.name}=" in ran.stdout) is not field.by_node
            assert (field.title.ja in ran.stdout) or field.by_node


def test_limits_are_set_lifted_and_read(asked: list[tuple[str, dict[str, Any]]]) -> None:
    typed("visit", "limit", "C-1", "--set", "rooms=a", "--set", "rooms=b", "--set", "words=")
    typed("visit", "limit", "C-1")
    assert asked == [
        (
            "cases.keep",
            {
                "case": "C-1",
                "name_": "limits",
                "form": {"rooms": ["a", "b"], "words": None},
                "kind": "visit",
            },
        ),
        ("cases.show", {"case": "C-1", "kind": "visit"}),
    ]


@pytest.mark.parametrize("lang", [None, "en", "ja"])
def test_a_print_is_in_the_language_that_is_named_and_else_the_forms_own(
    lang: str | None, asked: list[tuple[str, dict[str, Any]]], tmp_path: Path
) -> None:
    chosen = [] if lang is None else ["--lang", lang]
    typed("visit", "print", "C-1", str(tmp_path / "out.pdf"), "--form", "usa", *chosen)
    wanted = {"case": "C-1", "form": "usa", "kind": "visit"} | ({"lang": lang} if lang else {})
    assert asked == [("cases.print", wanted)]


@pytest.mark.parametrize("kind", KINDS)
def test_lists_and_single_cases_are_those_of_the_kind(
    kind: str, asked: list[tuple[str, dict[str, Any]]]
) -> None:
    typed(kind, "list", "--open")
    typed(kind, "show", "C-1")
    assert [(name, says["kind"]) for name, says in asked] == [
        ("cases.list", kind),
        ("cases.show", kind),
    ]


def test_no_kind_takes_the_name_of_a_group() -> None:
    assert not set(GROUPS) & set(KINDS)


NEW = """
format = "sealane-case-1"
kind = "parley"
title = { en = "Parley", ja = "会談" }
opener = { en = "who asks", ja = "申入国" }
with = { en = "who is asked", ja = "相手国" }
start = "proposed"
[open]
verb = "call"
duties = ["security-officer"]
title = { en = "Call a parley", ja = "会談を申し入れる" }
[[field]]
name = "place"
type = "text"
required = true
title = { en = "Place", ja = "場所" }
[[state]]
name = "proposed"
title = { en = "proposed", ja = "申入れ済み" }
[[state]]
name = "agreed"
title = { en = "agreed", ja = "合意済み" }
[[event]]
name = "agree"
who = "with"
duties = ["security-officer"]
title = { en = "Agree", ja = "合意する" }
[[row]]
from = "proposed"
event = "agree"
to = "agreed"
[[own]]
name = "seats"
verb = "seat"
who = "opener"
duties = ["security-officer"]
title = { en = "Seat people", ja = "席を決める" }
called = { en = "Seats", ja = "席次" }
[[own.field]]
name = "order"
type = "text"
title = { en = "Order", ja = "席順" }
"""


@pytest.fixture
def forms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The shipped forms, and room for one more."""
    root = tmp_path / "policy"
    (root / "forms" / "printed").mkdir(parents=True)
    for file in (policy.policy_root() / "forms").glob("*.toml"):
        (root / "forms" / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(policy, "policy_root", lambda: root)
    caches = (shipped.case_kinds, shipped.case_titles, shipped.printed_forms)
    for cache in caches:
        cache.cache_clear()
    yield root / "forms"
    monkeypatch.undo()
    for cache in caches:
        cache.cache_clear()


def test_a_newcomers_kind_has_its_verbs_from_its_file_alone(
    forms: Path, asked: list[tuple[str, dict[str, Any]]]
) -> None:
    assert CliRunner().invoke(cli, ["parley", "--help"]).exit_code != 0
    (forms / "parley.toml").write_text(NEW, "utf-8")
    shipped.case_titles.cache_clear()
    shipped.case_kinds.cache_clear()
    assert list(verbs_of("parley")) == ["call", "agree", "seat", "list", "show"]
    typed("parley", "call", "--with", "JPN", "--agreement", "A", "--set", "place=Hobart")
    typed("parley", "agree", "C-1")
    typed("parley", "seat", "C-1", "--set", "order=by age")
    assert [name for name, _ in asked] == ["cases.open", "cases.say", "cases.keep"]
    assert "Parley / 会談" in CliRunner().invoke(cli, ["--help"], terminal_width=120).stdout


def test_the_list_of_commands_reads_no_kind_whole(
    monkeypatch: pytest.MonkeyPatch, forms: Path
) -> None:
    def never() -> Any:
        raise AssertionError("a kind was read")

    (forms / "zz.toml").write_text('kind = "half', "utf-8")
    monkeypatch.setattr(shipped, "case_kinds", never)
    monkeypatch.setattr(shipped, "printed_forms", never)
    ran = CliRunner().invoke(cli, ["--help"], terminal_width=120)
    assert ran.exit_code == 0, ran.output
    for title in (one.title for one in KINDS.values()):
        assert title.en[:20] in ran.stdout
