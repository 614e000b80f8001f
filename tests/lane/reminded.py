"""Japan's node with a mail server, and people who are told that something waits."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from sealane.adapters.mail_line import MailLine
from sealane.ledger import entries
from sealane.services.node import Node
from sealane.services.register.acts import Actor
from sealane.services.reminders import wishes
from sealane.services.reminders.rounds import Rounds
from sealane.services.reminders.wishes import ReminderWish
from tests.nations import Pair
from tests.post_office import PostOffice

CLERK, ADDRESS = Actor("jpn.clerk"), "clerk@tokyo.jpn.example"
TITLE = "Vessel movements of the harbour"
HOUR = 3600


class Tokyo:
    """Japan's node, its mail server, and what the process that leads it does."""

    def __init__(self, pair: Pair, office: PostOffice, **changes: Any) -> None:
        self.pair, self.office, self.secret = pair, office, pair.sites["JPN"].secret
        settings = replace(pair.jpn.settings, **office.settings(**changes))
        self.node: Node = replace(pair.jpn, settings=settings)
        self.rounds = self.leader()

    def leader(self) -> Rounds:
        """Another process that leads, with nothing known of the one before."""
        return Rounds(self.node, self.secret, MailLine(self.node.settings, 2, 4))

    def wish(self, who: Actor = CLERK, **wished: Any) -> dict[str, Any]:
        return wishes.wish(self.node, who, ReminderWish(**wished))

    def proven(self, who: Actor = CLERK, address: str = ADDRESS, **wished: Any) -> None:
        """Somebody gives an address and enters the code that arrives there."""
        self.wish(who, address=address, **wished)
        assert self.rounds.send()
        code = re.search(r"^([0-9]{8})\r?$", self.office.arrived.pop().text, re.MULTILINE)
        assert code
        wishes.confirm(self.node, self.secret, who, code[1])

    def told(self) -> list[str]:
        """To whom messages went since the last look, after one round."""
        self.rounds.look()
        self.rounds.send()
        gone = [one.to[0] for one in self.office.arrived]
        self.office.arrived.clear()
        return gone

    def entered(self, kind: str) -> list[dict[str, Any]]:
        with self.node.store.reading() as tx:
            log = self.node.internal
            read = [entries.read(one) for one in log.entries(tx, 0, log.size(tx))]
        return [dict(one.fields) for one in read if one.kind == kind]
