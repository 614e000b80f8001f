"""No use case changes the register, erases, or speaks to a partner without writing an entry: read
from the source itself.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

SERVICES = Path(__file__).parents[3] / "src" / "sealane" / "services"
REGISTER = {"records", "register"}
"""What the register of a node is called where it is reached: `node.records`, `office.register`."""
VERBS = {"add", "put", "change"}
"""The verbs of one of its shelves that change a row."""
ACTS = {
    ("blobs", "destroy"),
    ("peers", "say"),
    ("peers", "offer"),
    ("keys", "replace"),
    ("line", "send"),
}
WRITES = {"record", "log_statement", "make", "entry_of"}
"""`record` and `log_statement` of `journal`, `entries.make`, `telling.entry_of`."""
NOT_ACTS = {
    "watch.kept_counts.ask": "as watch.kept_counts.follow",
    "watch.kept_counts.follow": "a copy of what the logs tell, counted on: every entry is there",
    "watch.statistics.counted": "as watch.kept_counts.follow",
    "search.saved.save": "a question of the person's own moves nothing and shows nothing to others",
    "search.saved.remove": "as search.saved.save",
    "register.items.enter": "the sealing, offer or statement that makes the item is its caller's",
    "register.items.change": "the entry that says why is its caller's, in the same step",
    "two_people.asking.put": "what became of an act, in the step whose caller's entry binds it",
    "register.custody.note": "how a copy stands by what its caller enters in the same step",
    "register.remarks.note": "words beside an act whose entry is its caller's, in the same step",
    "register.effects.apply": "the statement whose effect it is is on the record, or is just said",
    "statements.journal.queue": (
        "the statement it queues is logged by its caller in the same step, or there is nothing to"
        " queue"
    ),
    "statements.journal.keep_bytes": "the bytes of a statement that an entry already names",
    "exchange.stray_files.sweep": (
        "erases containers that no row names: the step that gave them up is on the record, or never"
        " came to one"
    ),
    "recovery.restore.settle_containers": (
        "erases what a replayed statement, which is on the record, replaced"
    ),
    "recovery.currency.sit_down": (
        "says that this database is the newest: `node.current`, or the making, is its caller's"
    ),
    "recovery.currency.skip_numbers": (
        "gives numbers up: `node.current` or `log.restored` is its caller's, in the same step"
    ),
    "cases.books.note": "a row about a statement on the record; the case's own row is entered",
    "cases.hearing.mark": "what crossed or was refused follows from statements on the record",
    "exchange.recall.erase_passed_on": "the receipt that says that it is gone is on the record",
    "exchange.onward_word.again": "a word that a log of ours tells of takes its effect once more",
    "register.items.refresh_legs": "the entry that says why is its caller's, in the same step",
    "exchange.assurance.keep": "the answer that it holds was logged when it was heard",
    "statements.journal.end_waiting": (
        "closes what waits, in the step whose statement says that nobody will take it"
    ),
    "statements.partner_counts.note": "a count; `settle` enters the first of a day",
    "leadership.seek": "a lease that passes: who leads is told by what the leader publishes",
    "leadership.fence": "renews the same lease in the step that it fences",
    "leadership.resign": "gives the same lease up",
    "register.sessions.begin": "a session that passes: the sign-in that begins it is its caller's",
    "register.sessions.end": "the end of a session, which passes by itself as well",
    "register.sessions.keep": "the row of a session or a token whose making its caller enters",
    "register.sessions.end_all": "the act that ends them, such as a leaving, is its caller's entry",
    "register.sessions.end_of_provider": "the end is entered by its caller, person by person",
    "register.preferences.prefer": "a language and a time zone: nothing is judged by them",
    "register.preferences.forget_address": "the act that ends it is its caller's entry",
    "reminders.feed.feed": "when a person's feed was last another: nothing is judged by it",
    "reminders.rounds.send": "a message whose making was entered in the step that queued it",
    "register.sign_in_tries.require_room": "counts that pass; an alarm is entered",
    "statements.shared_measures.shared": "counts that pass; what was refused is entered in sums",
    "feeds.settling.close": "the entry of what came or went is its caller's, in the same step",
    "feeds.statuses.keep": "what became of objects whose coming was entered; it passes by itself",
    "statements.inbox.keep_answer": "remembers an answer that is logged in the same step",
}
"""Public functions that change a table and write no entry of their own, and why that is right."""


def functions():
    """Every module-level function and method of the services: `wing.module.name` -> (its tree, what
    its names stand for).
    """
    found = {}
    for path in sorted(SERVICES.rglob("*.py")):
        tree, known = ast.parse(path.read_text()), {}
        room = ".".join(path.relative_to(SERVICES).with_suffix("").parts)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                "sealane.services"
            ):
                for one in node.names:
                    home = (node.module or "").removeprefix("sealane.services").lstrip(".")
                    known[one.asname or one.name] = f"{home}.{one.name}" if home else one.name
        for node in tree.body:
            inner = (
                [node]
                if isinstance(node, ast.FunctionDef)
                else node.body
                if isinstance(node, ast.ClassDef)
                else []
            )
            for one in inner:
                if isinstance(one, ast.FunctionDef):
                    found[f"{room}.{one.name}"] = (one, {**known, "": room})
    return found


FOUND = functions()


def changes_a_row(call):
    """Whether a call is `….records.SHELF.VERB(…)`: a change of the register."""
    shelf = call.func.value if isinstance(call.func, ast.Attribute) else None
    if not isinstance(shelf, ast.Attribute) or call.func.attr not in VERBS:
        return False
    register = shelf.value
    return (getattr(register, "attr", "") or getattr(register, "id", "")) in REGISTER


def calls(name):
    """What a function calls: (receiver, attribute) pairs and plain names."""
    for node in ast.walk(FOUND[name][0]):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield "", node.func.id
            elif isinstance(node.func, ast.Attribute):
                value = node.func.value
                yield (
                    value.attr if isinstance(value, ast.Attribute) else getattr(value, "id", ""),
                    node.func.attr,
                )


@cache
def reaches(name, seen=frozenset()):
    """Whether a function acts, and whether it writes an entry, itself or through what it calls in
    the services.
    """
    known = FOUND[name][1]
    writes = False
    acts = any(
        changes_a_row(node) for node in ast.walk(FOUND[name][0]) if isinstance(node, ast.Call)
    )
    for receiver, called in set(calls(name)):
        acts |= (receiver, called) in ACTS
        writes |= called in WRITES
        home = known.get(receiver, receiver) if receiver else ""
        for target in (
            known.get(called, f"{known['']}.{called}") if not receiver else f"{home}.{called}",
            f"{known['']}.{called}" if receiver == "self" else "",
        ):
            if target in FOUND and target != name and target not in seen:
                more = reaches(target, seen | {name})
                acts, writes = acts | more[0], writes | more[1]
    return acts, writes


ACTING = sorted(
    name for name in FOUND if not name.rpartition(".")[2].startswith("_") and reaches(name)[0]
)


@pytest.mark.parametrize("name", ACTING)
def test_what_acts_writes_an_entry(name):
    assert reaches(name)[1] or name in NOT_ACTS, f"{name} changes something and writes no entry"


def test_the_exceptions_are_still_needed_and_the_reading_of_the_source_sees_the_great_use_cases():
    assert all(name in ACTING and not reaches(name)[1] for name in NOT_ACTS)
    assert {
        "exchange.release.release",
        "exchange.arrival.receive",
        "opening.open_item.open_item",
        "exchange.recall.recall",
        "dispatch.answer",
        "exchange.outbox.deliver_due",
        "exchange.reseal.rewrap",
        "register.directory.enter",
        "register.enrolment.adopt",
    } <= set(ACTING)
