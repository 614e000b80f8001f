"""Live nodes and unmodified peers: otdf-python from the lock file, the Go and web SDKs from `make
peers`.
"""

from __future__ import annotations

import importlib.metadata
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import clock
from tests.kas import SECRET
from tests.serving import serving

PEERS = Path(__file__).parents[2] / ".peers"
HERE = Path(__file__).parent / "peers"
SHARED = "https://peer.example/attr/project/value/shared"


@pytest.fixture
def node() -> Iterator[Any]:
    with serving() as found:
        yield found


@pytest.fixture
def node_h2() -> Iterator[Any]:
    """The same, speaking HTTP/2 with prior knowledge too."""
    with serving(http2=True) as found:
        yield found


@pytest.fixture
def files(tmp_path: Path) -> Any:
    """Write bytes to a file and give its path."""

    def write(name: str, data: bytes) -> Any:
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return write


class Peer:
    """An unmodified client as two verbs over files: `open` and `seal`."""

    def __init__(self, command: Any, client: str, tmp_path: Path) -> None:
        self.command, self.client, self.secret, self.out = command, client, SECRET, tmp_path / "out"

    def run(self, verb: str, node: Any, path: Any, *rest: str) -> Any:
        self.out.unlink(missing_ok=True)
        args = [
            *self.command,
            verb,
            node.origin,
            self.client,
            self.secret,
            str(path),
            str(self.out),
            *rest,
        ]
        return subprocess.run(args, capture_output=True, text=True, timeout=120, check=False)

    def open(self, node: Any, path: Path, *rest: str) -> Any:
        done = self.run("decrypt", node, path, *rest)
        assert done.returncode == 0, done.stderr
        return self.out.read_bytes()

    def seal(self, node: Any, path: Any, *rest: str) -> Any:
        done = self.run("encrypt", node, path, *rest)
        assert done.returncode == 0, done.stderr
        return self.out.read_bytes()


def _named(request: pytest.FixtureRequest, name: str) -> None:
    request.node.user_properties.append(("peer", name))


@pytest.fixture
def go_sdk(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    version = PEERS / "go-sdk.version"
    said = version.read_text().strip() if version.exists() else "v0.35.0"
    _named(request, f"OpenTDF Go SDK {said}")
    if clock.shifted():
        pytest.skip(clock.NOT_MOVED)
    if not version.exists() or not (PEERS / "go-sdk").exists():
        pytest.skip("the OpenTDF Go SDK is not installed: make peers")
    return Peer([str(PEERS / "go-sdk")], "go", tmp_path)


@pytest.fixture
def web_sdk(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    package = PEERS / "web-sdk" / "lib" / "package.json"
    built = (PEERS / "web-sdk" / "lib" / "dist" / "web" / "src" / "index.js").exists()
    said = json.loads(package.read_text())["version"] if built else "0.19.0"
    _named(request, f"OpenTDF web SDK {said}")
    if not built or shutil.which("node") is None:
        pytest.skip("the OpenTDF web SDK is not installed: make peers")
    return Peer(
        ["node", str(HERE / "web_sdk.mjs"), str(PEERS / "web-sdk" / "lib")], "web-sdk", tmp_path
    )


@pytest.fixture
def java_sdk(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    jars = sorted((PEERS / "java" / "lib").glob("sdk-*.jar"))
    _named(
        request,
        f"OpenTDF Java SDK {jars[0].stem.removeprefix('sdk-') if jars else '0.7.3'} (gRPC over"
        " h2c)",
    )
    if not jars or not (PEERS / "java" / "Peer.class").exists() or shutil.which("java") is None:
        pytest.skip("the OpenTDF Java SDK is not installed: make peers")
    home = PEERS / "java"
    return Peer(["java", "-cp", f"{home / 'lib'}/*:{home}", "Peer"], "java", tmp_path)


@pytest.fixture
def otdf_python(request: pytest.FixtureRequest) -> Any:
    _named(request, f"otdf-python {importlib.metadata.version('otdf-python')}")
    builder = pytest.importorskip("otdf_python.sdk_builder")

    def connected(node: Any) -> Any:
        made = builder.SDKBuilder.new_builder().set_platform_endpoint(node.origin)
        return (
            made.client_secret("otdf-python", SECRET)
            .use_insecure_plaintext_connection(True)
            .build()
        )

    return connected
