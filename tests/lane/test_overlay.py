"""A nation's own forbids at its node: they refuse beside the agreement, are named at home only, and
never err open.
"""

import subprocess
import sys

import pytest

from sealane.adapters import operatorpolicy
from sealane.base.errors import Malformed, Misconfigured, SealaneError
from sealane.ledger import entries
from sealane.wiring.operator_policy import set_policy
from sealane.wiring.site import open_site
from tests import nations
from tests.lane import test_partner_issuers as partner_issuers
from tests.nations import read, share

NO_SATO = """
@id("no-maritime-reading")
@en("Maritime products are not opened this month.")
@ja("今月は海洋関係の情報を開封しない。")
forbid(principal, action in [Action::"open", Action::"view"], resource)
when { context.area == "maritime" };
"""
NO_RELEASE = """
@id("no-release") @en("Nothing leaves this month.") @ja("今月は何も提供しない。")
forbid(principal, action == Action::"release", resource);
"""
ERRS = (
    '@id("errs") @en("x") @ja("誤り") forbid(principal, action, resource) when { context.none =='
    ' "x" };'
)


def with_overlay(pair, party, text):
    """The same pair with an overlay signed into one node's policy, both opened anew."""
    pair.close()
    folder = pair.root / party.lower()
    set_policy(folder, nations.PASSPHRASE, overlay=text.encode(), host=pair.clock)
    return nations.opened(pair.root, pair.clock)


def refused(work):
    with pytest.raises(SealaneError) as caught:
        work()
    return caught.value


def own_words(node):
    """The clauses of refusals in the node's own log, which no partner reads."""
    with node.store.reading() as tx:
        refs = node.records.entry_refs.find(tx, order="index", kind="decision.refuse")
        return [
            clause
            for ref in refs
            for clause in entries.read(node.internal.entry(tx, ref.index)).fields["clauses"]
        ]


def denied(node, kind):
    with node.store.reading() as tx:
        [ref] = node.records.entry_refs.find(tx, order="index", kind=f"statement.{kind}")
        from sealane.ledger import bodies, receipt
        from sealane.services.statements.journal import statement_bytes

        data = statement_bytes(node, tx, ref.statement)
        assert data is not None
        return bodies.as_json(receipt.peek(data).body)


def test_the_readers_nation_refuses_what_the_agreement_permits_and_tells_the_partner_no_rule(
    pair,
):
    item = share(pair)
    pair.settle()
    pair = with_overlay(pair, "JPN", NO_SATO)
    error = refused(lambda: read(pair, item))
    assert error.code == "decision.refused"
    unmet = [one for one in error.details["decision"]["reasons"] if not one["met"]]
    assert [(one["clause"], one["text_ja"]) for one in unmet] == [
        ("overlay:JPN/no-maritime-reading", "今月は海洋関係の情報を開封しない。")
    ]
    pair.settle()
    assert own_words(pair.jpn) == ["overlay:JPN/no-maritime-reading"]
    assert denied(pair.aus, "open.denied")["clauses"] == ["overlay"]


def test_the_provider_s_nation_keeps_its_key_and_both_computed_one_digest(pair):
    item = share(pair)
    pair.settle()
    pair = with_overlay(pair, "AUS", NO_SATO)
    error = refused(lambda: read(pair, item))
    assert error.code == "key.refused"
    assert [one["clause"] for one in error.details["reasons"]] == ["overlay"]
    assert own_words(pair.aus) == ["overlay:AUS/no-maritime-reading"]
    asked, answered = denied(pair.jpn, "open.request"), denied(pair.jpn, "key.refused")
    assert asked["decision"] == answered["decision"]


def test_a_program_refused_by_a_nations_own_forbid_leaves_the_rule_in_that_nations_log(pair):
    partner_issuers.trust(pair)
    item, container = partner_issuers.given(pair)
    pair = with_overlay(pair, "AUS", NO_SATO)
    platform, vouched = partner_issuers.Platform(pair), partner_issuers.vouched
    assert "PermissionDenied" in platform.ask(container, statement=vouched(pair, item))
    facts = partner_issuers.reader_facts(pair)
    assert "PermissionDenied" in platform.ask(container, sealane_reader=facts)
    assert own_words(pair.aus) == ["overlay:AUS/no-maritime-reading"] * 2
    assert partner_issuers.reasons(pair, item)[:2] == ("key.refused", "overlay.forbidden")
    assert clauses_told(pair.aus, item) == [["overlay"]] * 2


def clauses_told(node, item):
    """The clauses of refused keys as the agreement's log tells them to the partner."""
    with node.store.reading() as tx:
        log = nations.log_of(node, nations.AGREEMENT)
        told = [entries.read(log.entry(tx, index)) for index in range(log.size(tx))]
    return [
        one.fields["clauses"]
        for one in told
        if one.kind == "key.refused" and one.fields.get("object") == item
    ]


def test_an_arrival_that_the_recipients_own_forbid_refuses_is_named_in_its_log(pair):
    pair = with_overlay(pair, "JPN", NO_RELEASE)
    item = share(pair)
    assert denied(pair.aus, "transfer.rejected")["code"] == "offer.decision_differs"
    assert own_words(pair.jpn) == ["overlay:JPN/no-release"]
    assert item not in {row.id for row in items(pair.jpn)}


def items(node):
    with node.store.reading() as tx:
        return node.records.items.find(tx, order="id")


def test_a_release_is_refused_at_home_and_recorded(pair):
    pair = with_overlay(pair, "AUS", NO_RELEASE)
    assert refused(lambda: share(pair)).code == "decision.refused"
    assert own_words(pair.aus) == ["overlay:AUS/no-release"]


def test_an_overlay_that_errs_refuses(pair):
    item = share(pair)
    pair.settle()
    pair = with_overlay(pair, "JPN", ERRS)
    error = refused(lambda: read(pair, item))
    assert [one["code"] for one in error.details["decision"]["reasons"] if not one["met"]] == [
        "overlay.erred"
    ]


def test_an_overlay_that_forbids_nothing_here_changes_nothing(pair):
    pair = with_overlay(pair, "JPN", NO_SATO.replace('maritime"', 'space"'))
    assert read(pair, share(pair)) == b"harbour"


def test_a_permit_is_no_overlay_and_an_altered_or_missing_one_stops_the_start(pair, tmp_path):
    pair.close()
    folder = pair.root / "jpn"
    with pytest.raises(Malformed, match=r"overlay\.malformed"):
        set_policy(
            folder,
            nations.PASSPHRASE,
            overlay=b'@id("p") @en("x") @ja("y") permit(principal, action, resource);',
            host=pair.clock,
        )
    (tmp_path / "pass").write_bytes(nations.PASSPHRASE)
    (tmp_path / "own.cedar").write_text(NO_SATO)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "sealane.cli.main",
            "node",
            "policy",
            folder,
            "--overlay",
            tmp_path / "own.cedar",
            "--passphrase-file",
            tmp_path / "pass",
        ],
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    kept = folder / operatorpolicy.OVERLAY
    for damage in (lambda: kept.write_text(NO_RELEASE), kept.unlink):
        damage()
        with pytest.raises(Misconfigured, match=r"settings\.overlay_altered"):
            open_site(folder, nations.PASSPHRASE, host=pair.clock)
    settings = folder / "node.toml"
    whole = settings.read_text()
    settings.write_text(
        "\n".join(line for line in whole.splitlines() if not line.startswith("overlay")) + "\n"
    )
    with pytest.raises(Misconfigured, match=r"settings\.policy_unsigned"):
        open_site(folder, nations.PASSPHRASE, host=pair.clock)
    settings.write_text(whole)
    set_policy(folder, nations.PASSPHRASE, no_overlay=True, host=pair.clock)
    open_site(folder, nations.PASSPHRASE, host=pair.clock).dispose()
