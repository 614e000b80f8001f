"""What machines ask of a node: alive, ready, and its numbers; on loopback, or by a token."""

import io
import json
import re
import threading
from contextlib import contextmanager
from dataclasses import replace

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sealane.adapters.sql import STORE_UNAVAILABLE
from sealane.base.errors import SealaneError
from sealane.base.values import DAY, SECOND
from sealane.http import watch
from sealane.ledger import entries
from sealane.services.statements.journal import record
from sealane.services.statements.refusal_limits import Crowd
from sealane.wiring import watching
from tests import nations
from tests.web.visiting import HOME, TEXT

HERE, AWAY = ("127.0.0.1", 40000), ("192.0.2.7", 40000)
CHECKS = {"store", "keys", "clock", "outbox", "witness"}
TOKEN = "metrics-token-of-forty-characters-or-so"


def served(pair, party="AUS", *, caller=HERE, host=HOME, store=None, **settings):
    """A client before a node's three addresses, where the node's store may be spoilt."""
    site = pair.sites[party]
    node = site.node
    if settings:
        node = replace(node, settings=replace(node.settings, **settings))
    if store is not None:
        node = replace(node, store=store(node.store))
    out = watching.lookout(replace(site, node=node), Crowd())
    app = Starlette(routes=watch.routes(out))
    return TestClient(app, base_url=host, client=caller)


def cosigned(pair):
    """Every log of both, cosigned by the other."""
    for party, site in pair.sites.items():
        for other, name, one in site.partnerships():
            one.round(nations.peer(pair.sites[other], party, name))


def queued(pair):
    """An item that waits for a partner who is away."""
    nations.release.release(pair.aus, nations.wanted(pair.aus), io.BytesIO(TEXT))
    pair.line.down.add("JPN")


def families(client, **headers):
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    return {one.name: one for one in text_string_to_metric_families(answer.text)}


def value(client, name, **labels):
    for family in families(client).values():
        for one in family.samples:
            if one.name == name and one.labels == labels:
                return one.value
    return None


def test_a_node_with_nothing_wrong_is_alive_and_ready_in_both_languages(pair):
    cosigned(pair)
    client = served(pair)
    assert client.get("/healthz").text == "ok\n"
    answer = client.get("/readyz")
    told = answer.json()
    assert (answer.status_code, told["ready"]) == (200, True)
    assert set(told["checks"]) >= CHECKS
    for check in told["checks"].values():
        assert (check["state"], check["message"]) == ("ok", "Nothing is wrong.")
        assert check["message_ja"] == "異常はありません。"
        assert re.fullmatch(r"\d{4}-.*Z", check["since"])


def test_what_people_do_is_counted_from_the_ledger_once(pair):
    client = served(pair)
    suites = [one.labels["suite"] for one in families(client)["sealane_rewraps"].samples]
    assert suites == sorted(key.suite for key in pair.aus.card.kas)
    item = nations.share(pair, TEXT)
    assert nations.read(pair, item) == TEXT
    with pytest.raises(SealaneError):
        nations.read(pair, item, person="jpn.suzuki")
    nations.outbox.deliver_due(pair.jpn)
    assert value(client, "sealane_openings_total") == 1
    assert value(client, "sealane_rewraps_total", suite="MLKEM1024-P384") == 1
    tokyo = served(pair, "JPN")
    tokyo.get("/metrics")
    with pytest.raises(SealaneError):
        nations.read(pair, item, person="jpn.suzuki")
    assert value(tokyo, "sealane_refusals_total", code="decision.refused") == 1
    assert value(tokyo, "sealane_desk_queue", duty="registry-clerk") == 1


def test_the_outbox_is_told_by_depth_and_age_and_an_absent_partner_is_a_warning(pair):
    client = served(pair)
    queued(pair)
    pair.clock.pass_(2 * 3600)
    assert value(client, "sealane_outbox_depth") == 1
    assert value(client, "sealane_outbox_partner_depth", partner="JPN") == 1
    assert value(client, "sealane_outbox_oldest_seconds") >= 7200
    answer = client.get("/readyz")
    checks = answer.json()["checks"]
    assert answer.status_code == 200
    assert (checks["outbox"]["state"], checks["outbox"]["code"]) == (
        "warning",
        "watch.outbox_waits",
    )
    assert (checks["witness"]["state"], checks["witness"]["code"]) == (
        "warning",
        "ledger.not_cosigned",
    )
    assert checks["outbox"]["remedy_ja"]
    tail = {"agreement": nations.AGREEMENT, "partner": "JPN"}
    limit = value(client, "sealane_ledger_uncosigned_limit_seconds", **tail)
    assert limit == 900
    assert value(client, "sealane_ledger_uncosigned_seconds", **tail) > limit


def test_a_check_keeps_since_when_it_stands_as_it_does(pair):
    client = served(pair)
    queued(pair)
    pair.clock.pass_(2 * 3600)
    first = client.get("/readyz").json()["checks"]["outbox"]["since"]
    pair.clock.pass_(60)
    assert client.get("/readyz").json()["checks"]["outbox"]["since"] == first
    pair.line.down.clear()
    nations.outbox.deliver_due(pair.aus)
    again = client.get("/readyz").json()["checks"]["outbox"]
    assert (again["state"], again["since"] > first) == ("ok", True)


class Broken:
    """A store that answers with its error."""

    def __init__(self, inner):
        self.inner, self.gone = inner, False

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def reading(self):
        if self.gone:
            raise STORE_UNAVAILABLE(why="disk I/O error")
        return self.inner.reading()


class Stalled(Broken):
    """A store that does not answer at all, until it is let go."""

    def __init__(self, inner):
        super().__init__(inner)
        self.free = threading.Event()

    @contextmanager
    def reading(self):
        if self.gone:
            self.free.wait(60)
        with self.inner.reading() as tx:
            yield tx


@pytest.mark.parametrize(("kind", "code"), [(Broken, "store.unavailable"), (Stalled, "watch.slow")])
def test_a_node_answers_while_its_store_does_not(pair, monkeypatch, kind, code):
    monkeypatch.setattr(watch, "WAIT_SECONDS", 0.05)
    made = []
    client = served(pair, store=lambda inner: made.append(kind(inner)) or made[0])
    while client.get("/readyz").status_code != 200:
        pass  # the first reading may take longer than this test lets an answer wait
    made[0].gone = True
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["ready"] is False
    assert answer.json()["checks"]["store"]["code"] == code
    assert value(client, "sealane_check", check="store") == 2
    assert value(client, "sealane_outbox_depth") == 0
    made[0].gone = False
    getattr(made[0], "free", threading.Event()).set()
    for _ in range(200):
        if client.get("/readyz").status_code == 200:
            return
    raise AssertionError("the node is not ready again")


def test_loopback_is_believed_only_where_nothing_stands_before_the_door(pair):
    for client, headers, status in (
        (served(pair), {}, 200),
        (served(pair, caller=("::1", 1)), {}, 200),
        (served(pair, caller=("::ffff:127.0.0.1", 1)), {}, 200),
        (served(pair, caller=AWAY), {}, 401),
        (served(pair), {"x-forwarded-for": "192.0.2.7"}, 401),
        (served(pair), {"Forwarded": "for=192.0.2.7"}, 401),
        (served(pair), {"via": "1.1 proxy"}, 401),
        (served(pair, host="http://rebound.example"), {}, 401),
        (served(pair, opentdf_url="https://kas.example"), {}, 401),
        (served(pair, console_url="https://desk.example"), {}, 401),
        (served(pair), {"authorization": "Bearer "}, 200),
        (served(pair), {"authorization": f"Bearer {TOKEN}"}, 401),
    ):
        answer = client.get("/metrics", headers=headers)
        assert answer.status_code == status, (headers, client.base_url)
        if status == 401:
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.json()["code"] == "metrics.token"


def test_a_token_opens_the_numbers_from_elsewhere_and_changes_with_its_file(pair, tmp_path):
    file = tmp_path / "token"
    file.write_text(TOKEN + "\n")
    client = served(pair, caller=AWAY, metrics_token_file=str(file))
    bearing = {"authorization": f"Bearer {TOKEN}"}
    assert families(client, **bearing)
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"authorization": f"Basic {TOKEN}"}).status_code == 401
    file.write_text(TOKEN[::-1])
    assert client.get("/metrics", headers=bearing).status_code == 401
    assert families(client, authorization=f"Bearer {TOKEN[::-1]}")
    file.write_text("short")
    assert client.get("/metrics", headers={"authorization": "Bearer short"}).status_code == 401
    file.unlink()
    assert client.get("/metrics", headers={"authorization": "Bearer x"}).status_code == 401


def test_who_guesses_tokens_is_turned_away(pair):
    client = served(pair, caller=AWAY)
    found = [client.get("/metrics").status_code for _ in range(80)]
    assert found[0] == 401
    assert found[-1] == 429


def test_readiness_tells_somebody_elsewhere_states_and_no_words(pair):
    told = served(pair, caller=AWAY).get("/readyz").json()
    assert told["ready"] is True
    assert {tuple(one) for one in told["checks"].values()} == {("state",)}


def test_a_clock_that_was_set_and_a_node_that_was_restored_are_told(pair):
    pair.clock.pass_(2 * 86_400)
    client = served(pair)
    assert client.get("/readyz").status_code == 200
    pair.clock.set(-3600)
    checks = client.get("/readyz").json()["checks"]
    assert checks["clock"]["state"] == "warning"
    pair.clock.set(-4000 * DAY // SECOND)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["clock"]["code"]) == (
        503,
        "watch.clock_wrong",
    )


def test_a_key_that_ends_soon_is_told_by_days_and_as_a_warning(pair):
    client = served(pair)
    pair.clock.pass_(800 * DAY // SECOND)
    found = families(client)["sealane_key_days_left"].samples
    assert found[0].labels["role"] == "tls"
    roles = {"tls", "statement", "head", "log", "witness", "mirror", "kas"}
    assert {one.labels["role"] for one in found} == roles
    assert 24 < found[0].value < 26
    keys = client.get("/readyz").json()["checks"]["keys"]
    assert (keys["state"], keys["code"]) == ("warning", "watch.key_ends")


def test_a_partners_words_make_no_series_of_their_own(pair):
    client = served(pair)
    client.get("/metrics")
    with pair.aus.store.writing() as tx:
        record(pair.aus, tx, "peer.refused", party="JPN", reason="made.up", record="0" * 96)
        record(pair.aus, tx, "peer.refused", party="JPN", reason="peer.quota", record="1" * 96)
    codes = {one.labels["code"]: one.value for one in families(client)["sealane_refusals"].samples}
    assert codes == {"other": 1, "peer.quota": 1}


def test_nothing_confidential_stands_in_the_numbers(pair):
    item = nations.share(pair, TEXT, title="Vessel movements.txt")
    nations.read(pair, item)
    for party in ("AUS", "JPN"):
        client = served(pair, party)
        text = client.get("/metrics").text + json.dumps(client.get("/readyz").json())
        with pair.sites[party].node.store.reading() as tx:
            people = [row.id for row in pair.sites[party].node.people(tx, limit=100)]
        for word in ("Vessel", item, "SECRET", "assessment", "maritime", *people):
            assert word not in text, word


def test_entries_outside_the_catalogue_stop_no_counting(pair):
    client = served(pair)
    client.get("/metrics")
    log = pair.aus.internal
    with pair.aus.store.writing() as tx:
        raw = replace_check(log)
        raw.append(tx, [b"not an entry"])
        at, salt = pair.aus.host.now(), pair.aus.host.entropy(16)
        log.append(tx, [entries.make("login.denied", at, salt, means="passphrase")])
    assert value(client, "sealane_refusals_total", code="login.denied") == 1


def replace_check(log):
    from sealane.adapters.log import SqlLog

    return SqlLog(log.origin)
