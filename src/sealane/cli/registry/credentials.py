"""`sealane people passphrase | token | redeem`: what a person proves themselves with.

At an embedded node its operator sets them. In production nobody sets one for somebody else: an
invitation is issued, which that person redeems.
Spec: spec/interfaces.md §6; R57.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sealane.cli.frame import acting, passphrase
from sealane.cli.frame import node_folder as sites
from sealane.cli.frame.answer import USAGE, Answer, alone
from sealane.cli.frame.asking import ask
from sealane.registry.person_proof import PersonProof
from sealane.registry.who_may import Act

if TYPE_CHECKING:
    from sealane.services.register.acts import Actor
    from sealane.wiring.site import Site

own_passphrase = click.option(
    "--own-passphrase-file",
    "own",
    default=None,
    metavar="F",
    help="The person's own passphrase as it is: then no invitation is needed.",
)
_INVITER = "In production: the operator or security officer who invites."


@alone("passphrase")
@click.argument("about", metavar="PERSON")
@click.option(
    "--new-passphrase-file",
    "new",
    default=None,
    metavar="F",
    help="File that holds the person's new passphrase; in production only with the own one.",
)
@own_passphrase
@acting.at_node(_INVITER)
def passphrase_(*, about: str, new: str | None, own: str | None, **options: Any) -> Answer:
    """Set the passphrase with which a person signs in at the console; earlier sessions and tokens
    end. In production, for somebody else, issue an invitation to it.
    """
    from sealane.services.register import accounts, invitations

    if options["folder"] is None:
        return _invited_there(options, about, new or own, "passphrase")
    with sites.opened(options["folder"], options["passphrase_file"]) as site:
        invites = own is None and site.node.settings.profile == "production"
        if (new is None) != invites:
            raise USAGE(
                why="nobody sets another person's passphrase in production: leave out"
                " --new-passphrase-file to invite, or give it with --own-passphrase-file",
                why_ja="production では他の人のパスフレーズを設定できません。"
                "--new-passphrase-file を省いて招待するか、--own-passphrase-file と使ってください",
                command="sealane people passphrase",
            )
        by = _by(site, about, own, options)
        if invites:
            return _invited(site, about, invitations.PASSPHRASE, by)
        accounts.set_passphrase(site.node, about, _text(str(new)), by=by)
    return Answer({"person": about}, about)


@alone("token")
@click.argument("about", metavar="PERSON")
@click.option("--days", default=7, show_default=True, help="How long it lasts, at most 90.")
@own_passphrase
@acting.at_node(_INVITER)
def token(*, about: str, days: int, own: str | None, **options: Any) -> Answer:
    """Make a bearer token with which a program asks the local API in a person's name, and a person
    proves themselves at the command line. In production, for somebody else, issue an invitation.
    """
    from sealane.services.register import invitations
    from sealane.services.register.accounts import Accounts

    if options["folder"] is None:
        return _invited_there(options, about, own, "token", days=days)
    with sites.opened(options["folder"], options["passphrase_file"]) as site:
        by = _by(site, about, own, options)
        if own is None and site.node.settings.profile == "production":
            return _invited(site, about, invitations.TOKEN, by, days=days)
        made = Accounts(site.node, site.secret).token(about, days)
    return Answer({"person": about, "days": days, "token": made}, made)


@alone("redeem")
@click.argument("person", metavar="PERSON")
@click.option("--invitation-file", "invitation", required=True, metavar="F")
@click.option(
    "--new-passphrase-file", "new", default=None, metavar="F", help="To a passphrase: the new one."
)
@click.option(
    "--own-passphrase-file",
    "own",
    default=None,
    metavar="F",
    help="To a token or a client: the person's own passphrase.",
)
@sites.option
@passphrase.option
def redeem(
    *,
    person: str,
    invitation: str,
    new: str | None,
    own: str | None,
    folder: str | None,
    passphrase_file: str | None,
) -> Answer:
    """Redeem an invitation: set the own passphrase, or take a token or a client's secret."""
    from sealane.office.joining import taken
    from sealane.services.register.accounts import Accounts
    from sealane.services.register.invitations import CLIENT, Invitations

    if (new is None) == (own is None):
        raise USAGE(
            why="give --new-passphrase-file or --own-passphrase-file",
            why_ja="--new-passphrase-file か --own-passphrase-file を指定してください",
            command="sealane people redeem",
        )
    with sites.opened(folder, passphrase_file) as site:
        issued, text = Invitations(site.node, site.secret), _text(invitation)
        if new is not None:
            issued.set_passphrase(text, person, _text(new))
            return Answer({"person": person}, person)
        accounts = Accounts(site.node, site.secret)
        found = issued.accept(accounts, text, person, _text(str(own)))
        if found.what == CLIENT:
            secret = taken(site.node, person, found.terms)
            return Answer({**found.terms, "person": person, "secret": secret}, secret)
        made = accounts.token(person, int(found.terms["days"]))
        return Answer({"person": person, "days": found.terms["days"], "token": made}, made)


def _by(site: Site, about: str, own: str | None, options: dict[str, Any]) -> Actor:
    """Who sets it: the person, whose own passphrase is right, or who may for somebody else.

    Raises: NotFound `person.unknown`; Refused `login.denied`, `person.duty`, `person.unproven`;
    Unavailable `login.wait`; Malformed `usage.person`.
    """
    from sealane.services.register import acts
    from sealane.services.register.accounts import Accounts

    with site.node.store.reading() as tx:
        if own is None:
            by = acting.who_or_keystore(site, options["person"], options["token_file"])
            acts.known(site.node, tx, Act.INVITE, by)
            site.node.person(tx, about)
            return acts.require(site.node, tx, Act.INVITE, by)
        site.node.person(tx, about)
    Accounts(site.node, site.secret).prove(about, _text(own))
    return acts.Actor(about, PersonProof.PASSPHRASE)


def _invited(site: Site, about: str, what: str, by: Actor, **terms: Any) -> Answer:
    from sealane.services.register.invitations import Invitations

    made = Invitations(site.node, site.secret).issue(about, what, by=by, **terms)
    return Answer({"person": about, "invitation": made}, made)


def _invited_there(
    options: dict[str, Any], about: str, given: str | None, what: str, **terms: Any
) -> Answer:
    """An invitation at another machine's node, where nobody's credential is set by this command."""
    if given is not None:
        why = "at another machine a person's own passphrase is given to `sealane login` alone"
        why_ja = "別の機器では、本人のパスフレーズは `sealane login` だけに渡します"
        raise USAGE(why=why, why_ja=why_ja, command=f"sealane people {what}")
    told = ask(options, "invitations.issue", person=about, what=what, **terms)
    return Answer({"person": about, "invitation": told["invitation"]}, told["invitation"])


def _text(path: str) -> str:
    return passphrase.read(path).decode("utf-8", "replace").strip()


VERBS = (passphrase_, token, redeem)
"""What this module adds to its group, in the order of the help."""
