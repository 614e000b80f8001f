"""A node of a nation as its clients meet it at the service: an item under an agreement, asked for
by the partner's readers, with the node's own decision, register, logs and marks.

Every process opens the node's folder for itself, as `sealane node serve` does.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests import clock, nations
from tests.kas import body_of
from tests.lane import test_partner_issuers as readers
from tests.oauth import Key, proof, request_token

from sealane.adapters import replays
from sealane.services.opentdf import surface
from sealane.services.opentdf.rewrap import Call
from sealane.wiring.site import open_site


class AgreementNode:
    """Canberra with one item that Tokyo's readers may open; `connect` again in each process."""

    def __init__(self, root: Path, database: Callable[[], str]) -> None:
        turned = clock.Clock(clock.now())
        nations.build(root, turned, written=nations.renewed, database=database)
        pair = nations.opened(root, turned)
        readers.trust(pair)
        _, self.container = readers.given(pair)
        pair.rounds(2)
        self.claim = readers.reader_facts(pair)
        self.folder = root / "aus"
        self.origin = pair.aus.settings.kas_origin
        self.audience = pair.aus.interop_url
        pair.close()

    def connect(self) -> None:
        self.site = open_site(self.folder, nations.PASSPHRASE)
        self.service = surface.key_access(
            self.site.node,
            origin=self.origin,
            once=replays.first,
            issuers=surface.trusted(self.site.node, None),
            named=surface.named,
        )

    def prepared(self, client: str, count: int) -> list[Call]:
        """Calls ready to be sent, one token for all of them."""
        key, now = Key("ES256"), clock.seconds()
        claims = {
            "iss": readers.ISSUER,
            "aud": self.audience,
            "sub": "jpn.sato",
            "client_id": "platform",
            "iat": now,
            "exp": now + 300,
            "jti": "t",
            "cnf": {"jkt": key.public.thumbprint},
            "purpose": "assessment",
            "sealane_reader": self.claim,
        }
        token = readers.ISSUING.token(claims, typ="at+jwt", kid=readers.ISSUING.public.thumbprint)
        body = json.dumps(body_of(self.container, client))
        return [
            Call(
                request_token=request_token(key, body, iat=now, exp=now + 60),
                authorization=f"DPoP {token}",
                proof=proof(key, token=token, htu=self.origin + readers.PATH, iat=now),
                path=readers.PATH,
                peer="",
            )
            for _ in range(count)
        ]
