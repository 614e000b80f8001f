"""`sealane item decline`, `item send-back` and `item resubmit`: what comes before a second
signature, or in its place.

Spec: spec/interfaces.md §5; R35.
"""

from __future__ import annotations

from typing import Any

import click

from sealane.cli.frame import acting
from sealane.cli.frame.answer import Answer, alone
from sealane.cli.frame.asking import ask

_REASON = click.option("--reason", required=True, help="In a sentence; it stays with this nation.")


def _told(found: dict[str, Any]) -> Answer:
    return Answer(found, f"{found['item']}: {found['state']}")


@alone("decline")
@click.argument("name", metavar="ID")
@_REASON
@acting.at_node("The second signer.")
def decline(*, name: str, reason: str, **options: Any) -> Answer:
    """Decline to sign a prepared release; nothing of it goes anywhere."""
    return _told(ask(options, "items.decline", item=name, reason=reason))


@alone("send-back")
@click.argument("name", metavar="ID")
@_REASON
@acting.at_node("The second signer.")
def send_back(*, name: str, reason: str, **options: Any) -> Answer:
    """Send a prepared release back to its officer, who answers with `item resubmit`."""
    return _told(ask(options, "items.send-back", item=name, reason=reason))


@alone("resubmit")
@click.argument("name", metavar="ID")
@_REASON
@acting.at_node("The release officer.")
def resubmit(*, name: str, reason: str, **options: Any) -> Answer:
    """Answer what was sent back, for the second signer to look at again."""
    return _told(ask(options, "items.resubmit", item=name, reason=reason))


VERBS = (decline, send_back, resubmit)
"""What this module adds to its group, in the order of the help."""
