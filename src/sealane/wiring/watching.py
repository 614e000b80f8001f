"""What is watched of a site: its node, its pairs of logs, its keys' ends and its disk."""

from __future__ import annotations

import shutil

from sealane import __version__
from sealane.adapters.log import SqlLog
from sealane.adapters.stored_logs import stored_logs
from sealane.adapters.token_file import TokenFile
from sealane.http import watch
from sealane.http.feeds import Feeding
from sealane.http.watch import Lookout
from sealane.services.register.key_ends import key_ends
from sealane.services.statements.refusal_limits import Crowd
from sealane.services.watch.sample import Watched
from sealane.wiring.site import Site


def watched(site: Site) -> Watched:
    """A site as it is watched."""
    return Watched(
        node=site.node,
        partnerships=site.partnerships,
        key_ends=lambda: key_ends(site.node),
        free=lambda: _free(site),
    )


def lookout(site: Site, crowd: Crowd) -> Lookout:
    """What stands behind a site's `/readyz` and `/metrics`."""
    settings = site.node.settings
    return watch.lookout(
        watched(site),
        token=TokenFile(settings.metrics_token_file).holds,
        behind=settings.proxied,
        crowd=crowd,
        version=__version__,
    )


def feeding(site: Site) -> Feeding:
    """A site's ledger as a feed: the logs that it writes itself."""

    def own() -> list[SqlLog]:
        with site.node.store.reading() as tx:
            return [log for log in stored_logs(tx) if log.role == "own"]

    return Feeding(site.node, own, __version__)


def _free(site: Site) -> int:
    try:
        return shutil.disk_usage(site.folder).free
    except OSError:
        return 0
