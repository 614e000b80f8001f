"""Being told that something waits: what the own account's page shows of it, and the page to which
the word of a message leads, where messages end without signing in.

Spec: docs/console.md §Reminders; R42.
"""

from __future__ import annotations

from typing import Any

from sealane.office.beside import HOME_FEED_PATH
from sealane.services.register.accounts import FEED_DAYS_MOST
from sealane.services.reminders import wishes
from sealane.web import acting
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit
from sealane.web.words import name_of

WORD_MOST = 100


def section(shell: Shell, visit: Visit) -> dict[str, Any]:
    """What the section of one's own account shows."""
    told = acting.asked(shell, visit, "reminders.show")
    often = name_of(visit.lang, "reminder_often", str(told["often"]))
    return {
        "reminder": told,
        "often_words": "" if told["often"] is None else often.format_map(told),
        "usual": {"minutes": wishes.MINUTES, "hour": wishes.HOUR},
        "feed_at": shell.node.settings.console_origin + HOME_FEED_PATH,
        "feed_days_most": FEED_DAYS_MOST,
    }


def ending(_: Shell, visit: Visit) -> Reply:
    """Asks first: mail systems open every address in a message by themselves."""
    word = visit.query.get("word", "")[:WORD_MOST]
    return Page("reminder_end.html", {"ended": False, "word": word})


def end(shell: Shell, visit: Visit) -> Reply:
    """No more messages, by the word of one of them."""
    word = visit.form.get("word", "")[:WORD_MOST]
    wishes.end_by_word(shell.node, shell.accounts.secret, word)
    return Page("reminder_end.html", {"ended": True, "word": ""})
