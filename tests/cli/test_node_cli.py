"""`sealane node` from outside: profiles at making, and waiting for a node that starts."""

import json
import os
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

SEALANE = (sys.executable, "-m", "sealane.cli.main")


@pytest.fixture
def typed(tmp_path):
    (tmp_path / "pass").write_text("correct horse battery staple\n")

    def run(*args, keys=True):
        more = ("--passphrase-file", str(tmp_path / "pass")) if keys else ()
        done = subprocess.run(
            [*SEALANE, *args, *more, "--json"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, json.loads(done.stdout)

    return run


def test_a_node_is_made_embedded_unless_told_and_production_binds_other_addresses(typed, tmp_path):
    code, made = typed("node", "init", "a", "--party", "AUS")
    assert (code, made["profile"]) == (0, "embedded")
    everywhere = ("--host", "0.0.0.0")
    for more in (everywhere, ("--host", "no-such-host.invalid")):
        code, said = typed("node", "init", "b", "--party", "AUS", *more)
        assert (code, said["error"]["code"]) == (4, "settings.address")
        assert not (tmp_path / "b").exists()
    production = ("--party", "AUS", "--profile", "production")
    founders = ("--founder", "ana", "--founder", "ben")
    for more in (everywhere, ("--host", "192.0.2.7"), ("--host", "no-such-host.invalid")):
        code, said = typed("node", "init", "c", *production, *more, *founders)
        assert (code, said["error"]["code"]) == (4, "settings.address")
        assert not (tmp_path / "c").exists()
    known = ("--peer-url", "https://lane.aus.example", "--console-url", "https://desk.aus.example")
    code, made = typed("node", "init", "c", *production, *everywhere, *known, *founders)
    assert (code, made["profile"]) == (0, "production")
    assert (made["peer"], made["console"]) == (known[1], known[3] + "/")
    assert 'profile = "production"' in (tmp_path / "c" / "node.toml").read_text()
    code, said = typed("node", "init", "d", *production, *founders, "--accept-unverified")
    assert (code, said["error"]["code"]) == (4, "settings.malformed")
    assert not (tmp_path / "d").exists()


def test_status_waits_until_the_node_serves_and_says_when_it_does_not(typed, tmp_path):
    typed("node", "init", "a", "--party", "AUS")
    code, said = typed("node", "status", "a", "--wait", "1")
    assert (code, said["error"]["code"]) == (3, "node.not_ready")
    assert said["error"]["message_ja"]
    serving = subprocess.Popen(
        [*SEALANE, "node", "run", "a", "--passphrase-file", str(tmp_path / "pass")],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        code, found = typed("node", "status", "a", "--wait", "120")
        assert (code, found["running"], found["ready"]) == (0, True, True)
        assert typed("node", "run", "a")[1]["error"]["code"] == "node.running"
        assert (tmp_path / "a" / "running.lock").read_text() == str(serving.pid)
        assert typed("node", "health", "a", keys=False) == (0, {"serves": True, "checks": None})
        code, found = typed("node", "health", "a", "--ready", keys=False)
        assert (code, set(found["checks"]) >= {"store", "keys", "clock"}) == (0, True)
        code, said = typed("node", "health", "a", "--console-port", "1", keys=False)
        assert (code, said["error"]["code"]) == (3, "node.silent")
    finally:
        os.kill(serving.pid, signal.SIGTERM)
        serving.wait(timeout=60)
    code, found = typed("node", "status", "a")
    assert (code, found["running"], found["ready"]) == (0, False, False)
    code, said = typed("node", "health", "a", keys=False)
    assert (code, said["error"]["code"]) == (3, "node.silent")


@pytest.mark.parametrize(
    ("status", "states", "wanted"),
    [
        (200, {"store": "ok", "outbox": "warning"}, None),
        (503, {"store": "failed", "keys": "ok", "clock": "failed"}, "clock, store"),
    ],
)
def test_a_check_that_failed_is_named_by_who_asks_for_readiness(
    typed, tmp_path, status, states, wanted
):
    checks = {name: {"state": state} for name, state in states.items()}

    class Door(BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps({"ready": status == 200, "checks": checks}).encode()
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """No word on the test's stderr."""

    typed("node", "init", "a", "--party", "AUS")
    with HTTPServer(("127.0.0.1", 0), Door) as door:
        threading.Thread(target=door.serve_forever, daemon=True).start()
        port = str(door.server_port)
        code, said = typed("node", "health", "a", "--ready", "--console-port", port, keys=False)
        door.shutdown()
    if wanted is None:
        assert (code, said["checks"]) == (0, states)
    else:
        assert (code, said["error"]["code"]) == (3, "node.unready")
        assert wanted in said["error"]["message"]
