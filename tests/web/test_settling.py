"""What two people settle for the node at the console, each in a session of their own: an agreement
signed and held, keys that go to a partner again, an authority to dispose, a node that goes on.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from tests.nations import Pair
from tests.two_people_world import WAYS, world
from tests.web.test_two_people import FIRST, SECOND, at_production, hidden, signed_in
from tests.web.visiting import Console

SAYS = {way.operation: way.says for way in WAYS}
OPERATOR = "t.operator"


@pytest.fixture
def tokyo(pair: Pair) -> Console:
    world(pair)
    return at_production(pair, "passkey recovery")


def sent(visitor: Any, page: str, path: str, files: Any = None, **form: Any) -> Any:
    """A form of a page, sent to wait, and where that leads."""
    return visitor.send(page, path, files, **form)


def confirmed(visitor: Any, waits: Any) -> Any:
    """What comes of it once the second confirms what waits."""
    assert "/acts/W-" in str(waits.url), waits.text
    seen = visitor.get("/acts/" + str(waits.url).partition("/acts/")[2].partition("?")[0])
    data = {**hidden(seen.text), "answer": "confirm"}
    return seen, visitor.client.post("/acts/answer", data=data)


def papers(says: dict[str, Any]) -> dict[str, Any]:
    files = {"file": ("a.toml", says["file"].encode())}
    if "signatures" in says:
        files["signatures"] = ("a.toml.sigs", json.dumps(says["signatures"]).encode())
    return files


def test_an_agreement_is_signed_and_held_by_two_and_the_second_sees_which(
    tokyo: Console, pair: Pair
) -> None:
    first, second = signed_in(tokyo, FIRST), signed_in(tokyo, SECOND, "ja")
    says = SAYS["agreements.adopt"](pair, tokyo.node)
    # 1. what was signed is saved by who completes it
    waits = sent(first, "/agreements", "/agreements/sign", papers({"file": says["file"]}))
    seen, signed = confirmed(second, waits)
    assert "jpn-aus-minerals-2022" in seen.text
    assert "jpn-aus-minerals-2022.toml.sigs" in signed.headers["content-disposition"]
    assert json.loads(signed.content)
    # 2. without everybody's signatures it is not held; with them it is
    lacking = papers({**says, "signatures": json.loads(signed.content)})
    _, refused = confirmed(second, sent(first, "/agreements", "/agreements/adopt", lacking))
    assert "agreement.signature" in refused.text
    waits = sent(first, "/agreements", "/agreements/adopt", papers(says))
    _, done = confirmed(second, waits)
    assert "承認し、二人の名で行いました" in done.text
    page = first.get("/agreements/jpn-aus-minerals-2022")
    assert page.status_code == 200, page.text
    # 3. no text is no agreement
    nothing = sent(first, "/agreements", "/agreements/adopt", {"file": ("a", b"\xff\xfe")})
    assert "web.no_agreement_file" in nothing.text


def test_keys_go_to_a_partner_again_by_operator_and_security_officer(
    tokyo: Console, pair: Pair
) -> None:
    first, second = signed_in(tokyo, FIRST), signed_in(tokyo, OPERATOR, "ja")
    assert "/readmission" not in first.get("/partners").text
    SAYS["partners.readmit"](pair, tokyo.node)
    assert 'action="/partners/AUS/readmission"' in first.get("/partners").text
    waits = sent(first, "/partners", "/partners/AUS/readmission", reason="explained")
    _, done = confirmed(second, waits)
    assert "承認し、二人の名で行いました" in done.text
    assert "/readmission" not in first.get("/partners").text


def test_an_authority_rests_on_a_paper_of_which_nothing_is_kept(tokyo: Console, pair: Pair) -> None:
    first, second = signed_in(tokyo, FIRST), signed_in(tokyo, SECOND, "ja")
    item = SAYS["ledger.authorise"](pair, tokyo.node)["item"]
    paper = b"The archive's decision of today."
    none = sent(first, "/ledger", "/ledger/authorities", item=item)
    assert "web.no_paper" in none.text
    both = {"item": item, "origin": "x", "below": "1"}
    wrong = sent(first, "/ledger", "/ledger/authorities", {"file": ("p", paper)}, **both)
    assert "disposal.thing" in wrong.text
    waits = sent(first, "/ledger", "/ledger/authorities", {"file": ("p", paper)}, item=item)
    seen, done = confirmed(second, waits)
    assert hashlib.sha384(paper).hexdigest() in seen.text
    assert "承認し、二人の名で行いました" in done.text


def test_a_node_in_doubt_goes_on_by_two_where_a_partner_stays_away(
    tokyo: Console, pair: Pair
) -> None:
    first, second = signed_in(tokyo, FIRST), signed_in(tokyo, SECOND, "ja")
    assert "/upkeep/resumption" not in first.get("/upkeep").text
    SAYS["node.resume"](pair, tokyo.node)
    assert "/upkeep/resumption" in first.get("/upkeep").text
    waits = sent(first, "/upkeep", "/upkeep/resumption", without="AUS")
    confirmed(second, waits)
    with tokyo.node.store.reading() as tx:
        tokyo.node.require_current(tx)
    # whoever was signed in before the doubt signs in anew
    assert "/sign-in" in str(first.get("/upkeep").url)
