"""A proxy stands before the console: it is known by one address, and coming from this machine
exempts nobody from anything.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sealane.http.forwarded import BehindProxy
from sealane.services.register import accounts
from sealane.wiring import doors
from tests.web.visiting import PASSPHRASE, Visitor

KNOWN = "https://desk.jpn.example"


class Behind:
    """The console of a node that is known by `console_url`, as its proxy hands calls on."""

    def __init__(self, console: Any) -> None:
        settings = replace(console.node.settings, console_url=KNOWN)
        self.site = replace(console.site, node=replace(console.node, settings=settings))
        self.node = self.site.node
        self.app = Starlette(routes=doors.behind_sign_in(self.site))

    def visitor(self, base: str = KNOWN, origin: str = KNOWN) -> Any:
        made = Visitor(self, "en")
        made.client = TestClient(self.app, base_url=base, headers={"origin": origin})
        return made


@pytest.fixture
def behind(tokyo: Any) -> Behind:
    return Behind(tokyo)


def test_cookies_of_a_console_behind_tls_go_over_tls_alone(behind: Behind, tokyo: Any) -> None:
    cookies = behind.visitor().sign_in("jpn.sato").headers.get_list("set-cookie")
    assert len(cookies) == 2
    assert all("Secure" in one and one.startswith("__Secure-") for one in cookies)
    plain = tokyo.visitor().sign_in("jpn.sato").headers.get_list("set-cookie")
    assert not any("Secure" in one for one in plain)


@pytest.mark.parametrize(
    "base",
    ["https://127.0.0.1", "https://localhost", "http://127.0.0.1:4431", "https://evil.example"],
)
def test_behind_a_proxy_no_other_address_is_answered_not_even_loopback(
    behind: Behind, base: str
) -> None:
    page = behind.visitor(base).client.get("/sign-in")
    assert (page.status_code, "web.host" in page.text) == (403, True)
    token = accounts.Accounts(behind.node, behind.site.secret).token("jpn.sato", 1)
    held = {"authorization": f"Bearer {token}"}
    assert behind.visitor(base).client.get("/api/v1/items", headers=held).status_code == 401
    assert behind.visitor().client.get("/api/v1/items", headers=held).status_code == 200


@pytest.mark.parametrize(
    "origin",
    ["http://desk.jpn.example", "https://desk.jpn.example:8443", "null", "http://127.0.0.1"],
)
def test_behind_a_proxy_a_form_stands_on_the_known_address_alone(
    behind: Behind, origin: str
) -> None:
    assert behind.visitor(origin=origin).sign_in("jpn.sato").status_code == 403
    assert behind.visitor().sign_in("jpn.sato").status_code == 303


def test_the_well_known_documents_name_the_known_address(behind: Behind) -> None:
    found = behind.visitor().client.get("/.well-known/authzen-configuration").json()
    assert found["policy_decision_point"] == KNOWN
    assert behind.node.interop_url == f"{KNOWN}/kas"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], "127.0.0.1"),
        ([("x-forwarded-for", "192.0.2.1")], "192.0.2.1"),
        ([("x-forwarded-for", "127.0.0.1, 192.0.2.2")], "192.0.2.2"),
        ([("x-forwarded-for", "192.0.2.9"), ("x-forwarded-for", "2001:db8::1")], "2001:db8::1"),
        ([("x-forwarded-for", "192.0.2.1, unknown")], "127.0.0.1"),
    ],
)
def test_only_what_the_proxy_itself_wrote_names_the_caller(headers: Any, expected: str) -> None:
    seen = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["client"][0])

    raw = [(name.encode(), value.encode()) for name, value in headers]
    scope = {"type": "http", "client": ("127.0.0.1", 5), "headers": raw}
    asyncio.run(BehindProxy(app)(scope, None, None))  # type: ignore[arg-type]
    assert seen == [expected]


def test_wrong_tries_of_one_caller_behind_a_proxy_make_nobody_else_wait(behind: Behind) -> None:
    client = TestClient(
        BehindProxy(behind.app),
        base_url=KNOWN,
        client=("127.0.0.1", 5),
        headers={"origin": KNOWN},
    )

    def tried(passphrase: str, address: str) -> int:
        form = {"person": "jpn.sato", "passphrase": passphrase}
        headers = {"x-forwarded-for": address}
        return client.post(
            "/sign-in", data=form, headers=headers, follow_redirects=False
        ).status_code

    for _ in range(5):
        assert tried("wrong wrong wrong", "192.0.2.1") == 403
    assert tried(PASSPHRASE, "192.0.2.1") == 429
    assert tried(PASSPHRASE, "192.0.2.2") == 303
