"""My account: what a person keeps here of their own, and where they are signed in.

What gives somebody a lasting way in (a passkey, codes, a token, a first passphrase) asks for a
sign-in of the last minutes: a session left open, or stolen, makes none of them.
Spec: R57, R63; docs/console.md §My account.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.responses import RedirectResponse

from sealane.base.errors import Refused, SealaneError, declare
from sealane.base.values import SECOND, Instant, format_instant
from sealane.registry.means import Means
from sealane.registry.passing import Session
from sealane.services.register import accounts, preferences
from sealane.services.register.credentials import Credentials
from sealane.services.register.sessions import SESSION, Sessions
from sealane.web import acting, done_lines
from sealane.web.pages import reminders
from sealane.web.pages.sign_in import FAILED, passkeys
from sealane.web.shell import SCRIPTS, Shell
from sealane.web.visit import Kept, Page, Reply, Visit

FRESH_SECONDS = 900
MAKING, PATH = "making", "/account"
ACTS = ("preferences", "passphrase", "passkeys", "codes", "tokens", "sessions", "reminders", "feed")

AGAIN = declare(
    "account.again",
    Refused,
    "For this you must have signed in within the last {minutes} minutes.",
    "この操作には、{minutes} 分以内のサインインが必要です。",
    "Sign in again; you come back to this page.",
    "もう一度サインインしてください。このページに戻ります。",
)


def page(shell: Shell, visit: Visit) -> Reply:
    """Everything of one's own."""
    return _shown(shell, visit)


def _shown(
    shell: Shell,
    visit: Visit,
    *,
    codes: list[str] | None = None,
    token: str = "",
    feed_token: str = "",
    error: SealaneError | None = None,
) -> Page:
    node, person = shell.node, str(visit.person["id"])
    held = Credentials(node, shell.accounts.secret)
    likes = preferences.preferred(node, person)
    with node.store.reading() as tx:
        entry = node.person_entry(tx, person)
        keys, left = held.passkeys(tx, person), held.codes_left(tx, person)
        signed = [_told(row, visit) for row in Sessions(node).of(tx, person)]
    fresh, options = _is_fresh(shell, visit), ""
    kept: tuple[Kept, ...] = ()
    if fresh and Means.PASSKEY in node.settings.means:
        asked = passkeys(shell).ask_to_make(visit.person)
        options, kept = asked.options, (Kept(MAKING, asked.secret, PATH),)
    ja = visit.lang == "ja"
    data: dict[str, Any] = {
        "fresh": fresh,
        "minutes": FRESH_SECONDS // 60,
        "taken": [str(means) for means in node.settings.means],
        "has_passphrase": entry is not None and entry.verifier is not None,
        "held_keys": keys,
        "options": options,
        "left": left,
        "codes": codes or [],
        "token": token,
        "sessions": [one for one in signed if one["kind"] == SESSION],
        "tokens": [one for one in signed if one["kind"] != SESSION],
        "zones": preferences.zones(),
        "likes": likes,
        "trouble": None if error is None else (error.message_ja if ja else error.message),
        "days_most": accounts.TOKEN_DAYS_MOST,
        "feed_token": feed_token,
        **reminders.section(shell, visit),
    }
    headers = SCRIPTS if options else {}
    return Page("account.html", data, 200 if error is None else 403, headers, kept)


def _told(row: Session, visit: Visit) -> dict[str, Any]:
    """A session or a token, as its owner knows it again."""
    return {
        "digest": row.digest,
        "kind": row.kind,
        "means": row.means,
        "since": format_instant(Instant(row.since)),
        "until": format_instant(Instant(row.until)),
        "name": str(row.data.get("name", "")),
        "agent": str(row.data.get("agent", "")),
        "here": visit.ticket is not None and row.digest == visit.ticket.serial,
    }


def _is_fresh(shell: Shell, visit: Visit) -> bool:
    if visit.ticket is None:
        return False
    age = shell.node.host.now() - visit.ticket.since
    return 0 <= age < FRESH_SECONDS * SECOND


def _require_fresh(shell: Shell, visit: Visit) -> None:
    """Raises: Refused `account.again`."""
    if not _is_fresh(shell, visit):
        raise AGAIN(minutes=FRESH_SECONDS // 60)


def _here(visit: Visit) -> str:
    """The digest of the session that asks."""
    return "" if visit.ticket is None else visit.ticket.serial


def _done(shell: Shell, visit: Visit, what: str, to: str = "/account") -> RedirectResponse:
    return RedirectResponse(done_lines.leading(shell.node, visit, to, f"account_done.{what}"), 303)


def prefer(shell: Shell, visit: Visit) -> Reply:
    """Keep the language and the time zone."""
    lang, zone = visit.form.get("lang_of", ""), visit.form.get("zone", "")
    preferences.prefer(shell.node, str(visit.person["id"]), lang, zone)
    # the language that was chosen on this browser before gives way to the one that is kept
    return _done(shell, visit, "kept", f"/account?lang={quote(lang)}")


def passphrase(shell: Shell, visit: Visit) -> Reply:
    """Another passphrase, by who knows the present one; every other session and token ends."""
    person = str(visit.person["id"])
    try:
        shell.accounts.require_taken(Means.PASSPHRASE)
        with shell.node.store.reading() as tx:
            entry = shell.node.person_entry(tx, person)
        if entry is not None and entry.verifier is not None:
            shell.accounts.prove(
                person,
                visit.form.get("present", ""),
                address=visit.address,
                device=visit.device,
            )
        else:
            _require_fresh(shell, visit)
        accounts.set_passphrase(
            shell.node, person, visit.form.get("new", ""), by=visit.actor, but=_here(visit)
        )
    except FAILED as error:
        return _shown(shell, visit, error=error)
    return _done(shell, visit, "passphrase")


def add_passkey(shell: Shell, visit: Visit) -> Reply:
    """Keep the passkey that an authenticator made."""
    try:
        shell.accounts.require_taken(Means.PASSKEY)
        _require_fresh(shell, visit)
        passkeys(shell).make(
            visit.kept.get(MAKING, ""),
            visit.form.get("answer", ""),
            visit.form.get("name", ""),
            by=visit.actor,
        )
    except SealaneError as error:
        return _shown(shell, visit, error=error)
    return _done(shell, visit, "passkey")


def remove_passkey(shell: Shell, visit: Visit) -> Reply:
    """Take one away; sessions that began with it are over."""
    held = Credentials(shell.node, shell.accounts.secret)
    digest = visit.form.get("credential", "")[:128]
    try:
        held.remove_passkey(str(visit.person["id"]), digest, by=visit.actor)
    except SealaneError as error:
        return _shown(shell, visit, error=error)
    return _done(shell, visit, "removed")


def new_codes(shell: Shell, visit: Visit) -> Reply:
    """A new set of recovery codes, shown this once."""
    try:
        shell.accounts.require_taken(Means.RECOVERY)
        _require_fresh(shell, visit)
        held = Credentials(shell.node, shell.accounts.secret)
        codes = held.new_codes(str(visit.person["id"]), by=visit.actor)
    except FAILED as error:
        return _shown(shell, visit, error=error)
    return _shown(shell, visit, codes=codes)


def new_token(shell: Shell, visit: Visit) -> Reply:
    """A token for a program, shown this once."""
    days = acting.number_of(visit.form.get("days"), 3)
    try:
        _require_fresh(shell, visit)
        made = shell.accounts.token(
            str(visit.person["id"]),
            days or 0,
            name=visit.form.get("name", "").strip(),
        )
    except SealaneError as error:
        return _shown(shell, visit, error=error)
    return _shown(shell, visit, token=made)


def remind(shell: Shell, visit: Visit) -> Reply:
    """Be told by e-mail that something waits; a code goes to an address that is not proven."""
    says: dict[str, Any] = {
        "address": acting.text(visit, "address"),
        "often": acting.text(visit, "often"),
        "lang": acting.text(visit, "lang_of"),
        "minutes": acting.number_of(visit.form.get("minutes"), 4),
        "hour": acting.number_of(visit.form.get("hour"), 2),
    }
    try:
        told = acting.acted(shell, visit, "reminders.set", **says)
    except SealaneError as error:
        return _shown(shell, visit, error=error)
    return _done(shell, visit, "kept" if told["wanted"] is None else "code")


def confirm_address(shell: Shell, visit: Visit) -> Reply:
    """Take an address as one's own, by the code that was sent there."""
    try:
        acting.acted(shell, visit, "reminders.confirm", code=acting.text(visit, "code"))
    except SealaneError as error:
        return _shown(shell, visit, error=error)
    return _done(shell, visit, "proven")


def remind_no_more(shell: Shell, visit: Visit) -> Reply:
    """Be told by e-mail no longer."""
    try:
        acting.acted(shell, visit, "reminders.end")
    except SealaneError as error:
        return _shown(shell, visit, error=error)
    return _done(shell, visit, "silent")


def new_feed_token(shell: Shell, visit: Visit) -> Reply:
    """A token for a feed reader, shown this once."""
    days, name = acting.number_of(visit.form.get("feed_days"), 3), acting.text(visit, "feed_name")
    try:
        _require_fresh(shell, visit)
        made = acting.acted(shell, visit, "reminders.feed", days=days or 0, name=name)
    except SealaneError as error:
        return _shown(shell, visit, error=error)
    return _shown(shell, visit, feed_token=made["token"])


def end_session(shell: Shell, visit: Visit) -> Reply:
    """End one of one's own sessions or tokens, or all others."""
    person, held = str(visit.person["id"]), Sessions(shell.node)
    if "others" in visit.form:
        held.end_others(person, _here(visit))
    else:
        held.end_own(person, visit.form.get("digest", "")[:128])
    return _done(shell, visit, "ended")
