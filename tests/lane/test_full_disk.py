"""A disk that is full at either end: a typed refusal that asks to try again, nothing half-written,
and later it works.
"""

import subprocess
import sys

import pytest

from sealane.base.values import SECOND
from sealane.services.exchange import outbox
from sealane.services.register import views
from tests import nations
from tests.clock import START, Clock

CHILD = """
import resource, signal, sys
from pathlib import Path
from sealane.base.errors import SealaneError
from sealane.services.exchange import outbox
from tests import nations
from tests.clock import START, Clock
from sealane.base.values import SECOND

clock = Clock(START + 3600 * SECOND)
pair = nations.opened(Path(sys.argv[1]), clock)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

def fill(step):
    if step == sys.argv[2]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))

clock.at = fill
try:
    nations.share(pair, b"x" * 3_000_000)
    print("trouble", *[one["trouble"] for one in outbox.waiting(pair.aus)])
except SealaneError as error:
    print("refused", error.code, error.exit_status)
"""


def registered(node):
    with node.store.reading() as tx:
        return [one["id"] for one in views.items(node, tx)]


@pytest.mark.parametrize(
    ("step", "told", "kept"),
    [("release.decided", "refused store.write_failed 3", 0), ("release.recorded", "trouble", 1)],
)
def test_a_full_disk_loses_nothing_and_leaves_nothing_half_written(
    template, tmp_path, step, told, kept
):
    folder = nations.copy_of(template, tmp_path / "pair")
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(folder), step],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.startswith(told), done.stdout + done.stderr
    assert [path.name for path in folder.rglob("*.part")] == []
    pair = nations.opened(folder, Clock(START + 7200 * SECOND))
    assert (len(registered(pair.aus)), len(registered(pair.jpn))) == (kept, 0)
    nations.share(pair, b"x" * 3_000_000)
    pair.settle()
    assert registered(pair.aus) == registered(pair.jpn)
    assert len(registered(pair.jpn)) == 1
    assert outbox.waiting(pair.aus) == []
    pair.close()
