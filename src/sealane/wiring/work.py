"""The part of a node that one of its processes does at a time: publish, be witnessed, deliver,
sweep.

Every process that may work stands by; the one that the store's lease names (`services.leadership`)
opens the node anew, so that the restore rule is asked again in each epoch, and works until it leads
no more. Spec: docs/operators.md "Several processes"; spec/ledger.md §7 (restore rule).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from sealane.adapters import incarnation
from sealane.base.errors import SealaneError
from sealane.ports import Tx
from sealane.services.exchange import stray_files
from sealane.services.leadership import LOOK_SECONDS, Leadership
from sealane.services.recovery import currency
from sealane.wiring.agreement_logs import last_heads
from sealane.wiring.lanes import Lanes
from sealane.wiring.site import Site, assemble

logger = logging.getLogger("sealane")


@dataclass(frozen=True, slots=True)
class _Office:
    """What a process holds while it leads."""

    epoch: int
    site: Site
    lanes: Lanes

    def leave(self) -> None:
        self.lanes.stop()
        self.site.dispose()


class Work:
    """One process's readiness to work for its node."""

    def __init__(self, site: Site, stand: Callable[[], object] = lambda: None) -> None:
        """Args: stand: holds for all machines that the node runs, called again and again."""
        self._site, self._stand = site, stand
        self._leadership = Leadership(
            site.node,
            incarnation.own(),
            gone=lambda holder: incarnation.runs(holder) is False,
        )
        self._office: _Office | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._stand_by, name="work", daemon=True)

    def start(self) -> None:
        """Stand by, and work whenever this process leads, until stopped."""
        self._thread.start()

    def stop(self) -> None:
        """End what is under way, and let another lead at once."""
        self._stop.set()
        self._thread.join()

    def _stand_by(self) -> None:
        while not self._stop.is_set():
            try:
                self._look()
            except SealaneError as error:
                logger.warning("work.trouble", extra={"code": error.code})
            except Exception:
                logger.exception("work.fault")
            self._stop.wait(LOOK_SECONDS)
        try:
            self._leave()
            self._leadership.resign()
        except SealaneError as error:
            logger.warning("work.trouble", extra={"code": error.code})

    def _look(self) -> None:
        """Seek the lease; begin to work with it, and end without it."""
        self._site.keys.take_up()
        self._stand()
        self._leadership.seek()
        epoch = self._leadership.epoch
        if self._office is not None and self._office.epoch != epoch:
            logger.info("work.left", extra={"epoch": self._office.epoch})
            self._leave()
        if epoch is not None and self._office is None:
            logger.info("work.begun", extra={"epoch": epoch})
            self._office = begin(self._site, epoch, self._leadership.fence(epoch))

    def _leave(self) -> None:
        if self._office is not None:
            office, self._office = self._office, None
            office.leave()


def begin(site: Site, epoch: int, fence: Callable[[Tx], None]) -> _Office:
    """Begin to work in an epoch: what the last leader left is swept, what it signed is heeded, and
    no log is signed before the restore rule was asked anew.
    """
    led = opened_to_lead(site, fence)
    swept = stray_files.sweep(led.node)
    if swept:
        logger.info("containers.swept", extra={"count": swept})
    lanes = Lanes(led, wake=site.wake)
    lanes.start()
    return _Office(epoch, led, lanes)


def opened_to_lead(site: Site, fence: Callable[[Tx], None]) -> Site:
    """The node of a site once more, with nothing known of it from before, and writing through the
    fence alone.
    """
    settings = site.node.settings
    led = assemble(site.folder, settings, site.keys, site.node.host, fence)
    currency.heed_heads(led.node, last_heads(site.folder, settings))
    return led
