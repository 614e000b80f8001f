"""Acts of people, whose they are, and the row that says who may.

Spec: spec/interfaces.md §6; R64.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum

from sealane.registry.records import Duty


class ActSide(Enum):
    """Whose act it is, for an item: (English, Japanese)."""

    PROVIDER = ("the item's provider", "項目の提供国")
    HOLDER = ("a nation that received the item", "項目を受領した国")
    EITHER = ("the nation that has the copy", "その写しを持つ国")
    NONE = ("about no item", "項目に関しない")


class Act(StrEnum):
    """Everything that a person does to what a node holds."""

    REGISTER = "register"
    DERIVE = "derive"
    CUT = "cut"
    RELEASE = "release"
    SEAL = "seal"
    COUNTERSIGN = "countersign"
    READ_TO_SIGN = "read-to-sign"
    DECLINE = "decline"
    SEND_BACK = "send-back"
    RESUBMIT = "resubmit"
    WITHDRAW = "withdraw"
    RECALL = "recall"
    RELABEL = "relabel"
    LOWER = "lower"
    REWRAP = "rewrap"
    LEASE = "lease"
    ACCEPT = "accept"
    REJECT = "reject"
    COPY = "copy"
    MOVE = "move"
    REMARK = "remark"
    RETURN = "return"
    DESTROY = "destroy"
    CERTIFY = "certify"
    OPEN = "open"
    OPEN_OWN = "open-own"
    VOUCH = "vouch"
    ONWARD = "onward"
    ASSURE = "assure"
    ENTER = "enter"
    VET = "vet"
    NAME = "name"
    DISMISS = "dismiss"
    READMIT_PERSON = "readmit-person"
    RESUME = "resume"
    AUTHORISE = "authorise"
    INVITE = "invite"
    ENROL = "enrol"
    READMIT = "readmit"
    SIGN = "sign"
    ADOPT = "adopt"
    NOTIFY = "notify"
    SET_POLICY = "set-policy"
    SEE_REGISTER = "see-register"
    SEE_HISTORY = "see-history"
    FORESEE = "foresee"
    SEE_CLEARANCES = "see-clearances"
    SEE_UPKEEP = "see-upkeep"
    READ_FEED = "read-feed"
    SAVE_SEARCH = "save-search"
    ASK_ACCESS = "ask-access"
    SEE_ACCESS = "see-access"
    ANSWER_ACCESS = "answer-access"
    SEE_HOME = "see-home"
    REMIND = "remind"
    DRAFT = "draft"
    COPY_LEDGER = "copy-ledger"
    SEE_LEDGER = "see-ledger"
    AUDIT = "audit"
    PROVE = "prove"
    LET_IN = "let-in"
    CARRY = "carry"
    SEE_CASES = "see-cases"
    SPEAK = "speak"
    SPEAK_BY_TWO = "speak-by-two"
    KEEP_OWN = "keep-own"
    PRINT_CASE = "print-case"
    COUNT = "count"
    SETTLE = "settle"
    SEE_INVENTORIES = "see-inventories"
    PLACE = "place"
    EXCEPT = "except"
    SEE_PLACES = "see-places"
    SEE_DUTIES = "see-duties"
    ASSESS = "assess"
    HOLD_EXPORT = "hold-export"
    PASS_EXPORT = "pass-export"  # noqa: S105 - an act
    STOP_EXPORT = "stop-export"
    SEE_EXPORTS = "see-exports"
    SEE_WAITING = "see-waiting"
    CONFIRM = "confirm"
    TAKE_BACK = "take-back"
    INJECT = "inject"
    MAKE_FEED = "make-feed"
    FEED = "feed"
    SEE_FEEDS = "see-feeds"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRow:
    """One row: who may do an act."""

    duties: frozenset[Duty] | None
    """One of these is needed; None: everybody in the directory may try, and a decision judges."""
    side: ActSide = ActSide.NONE
    originator: bool = False
    """Whether the item's own originator may as well, whatever the duties."""
    second: frozenset[Duty] | None = None
    """In production another person with one of these duties stands beside."""
    jointly: bool = False
    """Whether the two, by name, hold all of `duties` between them: the operator with the security
    officer.
    """
    keystore: bool = False
    """Whether at an embedded node the passphrase of the keystore is enough, without a name."""
    keeper: bool = False
    """Whether it is in production too, at the node's own folder: a verb of the node's operator."""
    commands: tuple[str, ...]
    """The verbs of the command line that do it."""
    page: str | None = None
    """The form of the console that does it."""
    says: str
    says_ja: str
