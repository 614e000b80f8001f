"""`sealane ledger verify` as an outsider drives it: any writer's log, in a folder or behind a URL;
exits 0, 1, 2."""

import functools
import gzip
import http.server
import shutil
import threading
from pathlib import Path

import pytest

from sealane.cli.main import main
from sealane.ledger.log import note
from sealane.ledger.log.checkpoint import Head, sign_head
from tests import tilelogs
from tests.cli.ledger_typing import TESSERA, TESSERA_KEY, entries
from tests.tilelogs import AT, signer


def test_a_log_by_tessera_re_derives_at_each_of_its_sixteen_sizes(ledger, tmp_path):
    for size in range(16):
        copy = tmp_path / str(size)
        shutil.copytree(TESSERA, copy)
        shutil.copy(TESSERA / f"checkpoint.{size}", copy / "checkpoint")
        status, out = ledger("verify", copy, "--vkey", TESSERA_KEY)
        assert (status, out["size"], out["entries"]) == (0, size, size)


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 700])
@pytest.mark.parametrize("kind", [note.ED25519, note.COSIGN_MLDSA44])
def test_any_writer_s_log_re_derives(ledger, tmp_path, size, kind):
    log = signer("log.example/a", kind)
    place = tilelogs.write(tmp_path / "log", entries(size), [log])
    status, out = ledger("verify", place, "--vkey", log.verifier.vkey)
    assert status == 0
    assert out["root"] == tilelogs.mth(tilelogs.leaves_of(entries(size))).hex()


def test_a_log_three_tile_levels_high_re_derives(ledger, tmp_path):
    log = signer("log.example/a")
    place = tilelogs.write(tmp_path / "log", [b"%d" % one for one in range(65_800)], [log])
    status, out = ledger("verify", place, "--vkey", log.verifier.vkey)
    assert (status, out["tiles"]) == (0, 258 + 2 + 1)


def test_without_a_key_or_a_policy_it_is_wrong_usage(ledger):
    assert ledger("verify", TESSERA)[0] == 2


def test_every_given_key_must_have_signed(ledger, tmp_path):
    log, witness, absent = (
        signer("log.example/a"),
        signer("w.example", note.COSIGN_MLDSA44),
        signer("w2.example", note.COSIGN_ED25519),
    )
    place = tilelogs.write(tmp_path / "log", entries(3), [log, witness])
    keys = [one.verifier.vkey for one in (log, witness, absent)]
    assert ledger("verify", place, "--vkey", keys[0], "--vkey", keys[1])[0] == 0
    status, out = ledger("verify", place, "--vkey", keys[0], "--vkey", keys[2])
    assert (status, out["error"]["code"]) == (1, "ledger.not_signed")


def test_a_log_of_another_origin_than_the_key_s_name_is_refused_unless_asked_for(ledger, tmp_path):
    log = signer("log.example/a")
    place = tilelogs.write(tmp_path / "log", entries(3), [log])
    other = sign_head(tilelogs.head("log.example/b", entries(3)), [log], AT)
    (place / "checkpoint").write_bytes(other.encode())
    assert (
        ledger("verify", place, "--vkey", log.verifier.vkey)[1]["error"]["code"] == "ledger.origin"
    )
    assert ledger("verify", place, "--vkey", log.verifier.vkey, "--origin", "log.example/b")[0] == 0


def test_any_flipped_bit_in_entries_or_tiles_is_found_and_located(ledger, tmp_path):
    log = signer("log.example/a")
    place = tilelogs.write(tmp_path / "log", entries(600), [log])
    for path in sorted(path for path in (place / "tile").rglob("*") if path.is_file()):
        data = path.read_bytes()
        for at in {0, 1, len(data) // 2, len(data) - 1}:
            path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            status, out = ledger("verify", place, "--vkey", log.verifier.vkey)
            assert (status, out["error"]["code"]) == (1, "ledger.differs"), (path, at)
            assert "tile/" in out["error"]["message"]
        for wrong in (data + b"\x00", data[:-1], b""):
            path.write_bytes(wrong)
            assert ledger("verify", place, "--vkey", log.verifier.vkey)[0] == 1
        path.unlink()
        assert ledger("verify", place, "--vkey", log.verifier.vkey)[0] == 1
        path.write_bytes(data)
    assert ledger("verify", place, "--vkey", log.verifier.vkey)[0] == 0


def test_a_full_tile_stands_in_for_a_deleted_partial_one(ledger, tmp_path):
    log = signer("log.example/a")
    place = tilelogs.write(tmp_path / "log", entries(256), [log])
    (place / "checkpoint").write_bytes(
        sign_head(tilelogs.head("log.example/a", entries(100)), [log], AT).encode()
    )
    status, out = ledger("verify", place, "--vkey", log.verifier.vkey)
    assert (status, out["size"]) == (0, 100)


def test_a_root_of_an_empty_log_must_be_the_empty_root(ledger, tmp_path):
    log = signer("log.example/a")
    place = tilelogs.write(tmp_path / "log", [], [log])
    (place / "checkpoint").write_bytes(
        sign_head(Head("log.example/a", 0, bytes(32)), [log], AT).encode()
    )
    assert ledger("verify", place, "--vkey", log.verifier.vkey)[0] == 1


@pytest.mark.parametrize(("lang", "words"), [("en", "16 entries"), ("ja", "記録 16 件")])
def test_people_are_answered_in_their_language(capsys, lang, words, tmp_path):
    log = signer("log.example/a")
    place = tilelogs.write(tmp_path / "log", entries(16), [log])
    with pytest.raises(SystemExit):
        main(["ledger", "verify", str(place), "--vkey", log.verifier.vkey, "--lang", lang])
    assert words in capsys.readouterr().out


class Files(http.server.SimpleHTTPRequestHandler):
    """A static server as object stores are: gzip on entry bundles without asking, 403 for what is
    not there.
    """

    def do_GET(self):
        path = Path(self.directory) / self.path.lstrip("/").removeprefix("prefix/")
        body = path.read_bytes() if path.is_file() else b""
        self.send_response(200 if path.is_file() else 403)
        if "entries" in self.path:
            body = gzip.compress(body)
            self.send_header("content-encoding", "gzip")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_a_log_behind_a_url_re_derives_compressed_and_without_its_partial_tiles(ledger, tmp_path):
    log = signer("log.example/a")
    place = tilelogs.write(tmp_path / "log", entries(512), [log])
    (place / "checkpoint").write_bytes(
        sign_head(tilelogs.head("log.example/a", entries(300)), [log], AT).encode()
    )
    (place / "tile/1/000.p/1").write_bytes((place / "tile/1/000.p/2").read_bytes()[:32])
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Files, directory=str(place))
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}/prefix/"
    try:
        assert ledger("verify", url, "--vkey", log.verifier.vkey)[1]["size"] == 300
        assert ledger("verify", url.rstrip("/"), "--vkey", log.verifier.vkey)[0] == 0
        (place / "tile" / "entries" / "000").unlink()
        assert ledger("verify", url, "--vkey", log.verifier.vkey)[0] == 1
        assert ledger("verify", url + "elsewhere", "--vkey", log.verifier.vkey)[0] == 1
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert ledger("verify", url, "--vkey", log.verifier.vkey)[0] == 3
    assert ledger("verify", f"file://{place}", "--vkey", log.verifier.vkey)[0] == 1
