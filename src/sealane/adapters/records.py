"""The verbs on the tables of a node's database: rows are added, changed and read."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from sqlalchemy import (
    Connection,
    Engine,
)

from sealane.adapters import feed_tables, reminder_tables, search, sign_in_tables, tally_tables
from sealane.adapters.feed_objects import SqlFeedObjects
from sealane.adapters.register_tables import INBOX, STATEMENTS
from sealane.adapters.shelves import SqlDerived, SqlOutbox, SqlPassing, SqlShelf
from sealane.adapters.sql import (
    DATABASE,
    TAKEN,
    backend,
    open_engine,
    reading,
    together,
    writing,
)
from sealane.adapters.tallies import SqlTallies
from sealane.adapters.waits import SqlWaits
from sealane.registry.access_records import AccessRequest
from sealane.registry.card_records import CardStanding, HeldCard, SharedKey, SignedFile
from sealane.registry.case_records import CaseItem, KeptCase, KeptCaseEvent, KeptOwn
from sealane.registry.custody_records import CustodyRow
from sealane.registry.derived_records import Derivation, DerivedFrom, ReleaseRemark
from sealane.registry.desk_records import ReleaseForm
from sealane.registry.exercise_records import Inject
from sealane.registry.export_records import GuardedExport
from sealane.registry.feed_records import Feed, FeedStatus, KeptMarks
from sealane.registry.inventory_records import CountLine, Inventory
from sealane.registry.onward_records import Onward
from sealane.registry.pack_records import PackAnswer
from sealane.registry.partner_records import PartnerRefusals, PartnerServices
from sealane.registry.passing import (
    Ceremony,
    KeyedCall,
    Lease,
    Session,
    Shown,
    SpentMeasure,
    WrongTries,
)
from sealane.registry.post_records import Placing, Post
from sealane.registry.records import (
    AssuranceEntry,
    ClientEntry,
    Copy,
    Currency,
    EntryRef,
    Equivocation,
    FacilityEntry,
    HeldAgreement,
    HeldNotices,
    InboxRow,
    Item,
    ItemContainer,
    KeptStatement,
    OutboxRow,
    Partner,
    PastPerson,
    PersonEntry,
    RecordedAuthority,
    Serial,
    Transfer,
)
from sealane.registry.reminder_records import FeedStanding, Reminder, ReminderMail
from sealane.registry.searched import SavedSearch
from sealane.registry.sign_in_records import CredentialEntry, IdentityEntry, Preferences
from sealane.registry.tally_records import TallyMark, TallyQuestion
from sealane.registry.waiting_act_records import WaitingAct
from sealane.settings import SQLITE, Settings, load_settings


class SqlStore:
    """The node's database as a port: snapshots to read, atomic durable steps to write."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def reading(self) -> AbstractContextManager[Connection]:
        return reading(self.engine)

    def writing(self) -> AbstractContextManager[Connection]:
        return writing(self.engine)

    def hinting(self) -> AbstractContextManager[Connection]:
        return writing(self.engine, durable=False)

    def together(self, tx: Connection) -> AbstractContextManager[object]:
        return together(tx)

    def let_go(self) -> tuple[str, ...]:
        return backend(self.engine).release(self.engine, STATEMENTS.name, INBOX.name)


def open_store(folder: Path, settings: Settings) -> SqlStore:
    """The database that a node's settings name; the only way to it. Another node's is refused.

    Raises: Misconfigured `db.taken`, `db.unfit`, `db.driver_missing`, `settings.malformed`;
    Unavailable `store.unavailable`.
    """
    if settings.database == SQLITE:
        return SqlStore(open_engine(folder / DATABASE))
    store = SqlStore(open_engine(settings.database))
    try:
        with store.reading() as tx:
            backend(tx).require_own(tx, settings.node)
    except BaseException:
        store.engine.dispose()
        raise
    return store


def require_vacant(settings: Settings) -> None:
    """A database that a new node names holds nothing yet. Raises: Misconfigured `db.taken`; as
    `open_store`.
    """
    if settings.database == SQLITE:
        return
    engine = open_engine(settings.database)
    try:
        with reading(engine) as tx:
            holder = backend(tx).holder(tx)
    finally:
        engine.dispose()
    if holder is not None:
        raise TAKEN(holder=holder, node=settings.node)


def settings_there(folder: Path) -> Settings | None:
    """The settings of a folder; None where it has none. Raises: Misconfigured `settings.*`."""
    file = folder / "node.toml"
    return load_settings(file) if file.is_file() else None


def open_stored(folder: Path) -> SqlStore | None:
    """The database of a folder as it stands, made by nobody now; None where there is none. Raises:
    as `open_store`.
    """
    settings = settings_there(folder)
    if settings is not None and settings.database != SQLITE:
        return open_store(folder, settings)
    place = folder / DATABASE
    return SqlStore(open_engine(place)) if place.is_file() else None


class _Within:
    """The shelves of what a nation does within its own node."""

    def __init__(self) -> None:
        self.inventories = SqlShelf("inventories", Inventory)
        self.inventory_lines = SqlShelf("inventory_lines", CountLine)
        self.posts = SqlShelf("posts", Post)
        self.placings = SqlShelf("placings", Placing)
        self.exports = SqlShelf("exports", GuardedExport)
        self.waiting_acts = SqlShelf("waiting_acts", WaitingAct)
        self.injects = SqlShelf("injects", Inject)
        self.feeds = SqlShelf(feed_tables.FEEDS.name, Feed)
        self.feed_objects = SqlFeedObjects()
        self.feed_marks = SqlShelf(feed_tables.FEED_MARKS.name, KeptMarks)
        self.feed_statuses = SqlPassing(feed_tables.FEED_STATUSES.name, FeedStatus)


class SqlRecords(_Within):
    """The register of a node in its database: one shelf for each table."""

    def __init__(self) -> None:
        super().__init__()
        self._of_partners()
        self.search, self.waits = search.SqlSearch(), SqlWaits()
        self.tallies = SqlTallies()
        self.tally_marks = SqlDerived(tally_tables.TALLY_MARKS.name, TallyMark)
        self.tally_questions = SqlDerived(tally_tables.TALLY_QUESTIONS.name, TallyQuestion)
        self.access_requests = SqlShelf("access_requests", AccessRequest)
        self.items = SqlShelf("items", Item, search.keep)
        self.derivations = SqlShelf("derivations", Derivation)
        self.sources = SqlShelf("sources", DerivedFrom)
        self.remarks = SqlShelf("remarks", ReleaseRemark)
        self.containers = SqlShelf("containers", ItemContainer)
        self.copies, self.custody = SqlShelf("copies", Copy), SqlShelf("custody", CustodyRow)
        self.transfers = SqlShelf("transfers", Transfer)
        self.onwards = SqlShelf("onwards", Onward)
        self.people = SqlShelf("people", PersonEntry)
        self.past_people = SqlShelf("past_people", PastPerson)
        self.credentials = SqlShelf(sign_in_tables.CREDENTIALS.name, CredentialEntry)
        self.identities = SqlShelf("identities", IdentityEntry)
        self.preferences = SqlShelf("preferences", Preferences)
        self.reminders = SqlShelf(reminder_tables.REMINDERS.name, Reminder)
        self.reminder_mails = SqlPassing("reminder_mails", ReminderMail)
        self.feed_standings = SqlShelf("feed_standings", FeedStanding)
        self.facilities = SqlShelf("facilities", FacilityEntry)
        self.assurances = SqlShelf("assurances", AssuranceEntry)
        self.sealed_keys = SqlShelf("sealed_keys", SharedKey)
        self.signed_files = SqlShelf("signed_files", SignedFile)
        self.entry_refs = SqlShelf("entry_refs", EntryRef)
        self.clients = SqlShelf("clients", ClientEntry)
        self.services = SqlShelf("services", PartnerServices)
        self.serials = SqlShelf("serials", Serial)
        self.currency = SqlShelf("currency", Currency)
        self.sessions = SqlPassing("sessions", Session)
        self.ceremonies = SqlPassing("ceremonies", Ceremony)
        self.calls = SqlPassing("calls", KeyedCall)
        self.tries = SqlPassing("tries", WrongTries)
        self.shown = SqlPassing("shown", Shown)
        self.measures = SqlShelf("measures", SpentMeasure)
        self.searches = SqlShelf("searches", SavedSearch)
        self.release_forms = SqlShelf("release_forms", ReleaseForm)
        self.leases = SqlShelf("leases", Lease)

    def _of_partners(self) -> None:
        """What is between this nation and others."""
        self.pack_answers = SqlShelf("pack_answers", PackAnswer)
        self.cases = SqlShelf("cases", KeptCase)
        self.case_events = SqlShelf("case_events", KeptCaseEvent)
        self.case_items = SqlShelf("case_items", CaseItem)
        self.case_own = SqlShelf("case_own", KeptOwn)
        self.partners = SqlShelf("partners", Partner)
        self.cards = SqlShelf("cards", HeldCard)
        self.card_standings = SqlShelf("card_standings", CardStanding)
        self.agreements = SqlShelf("agreements", HeldAgreement)
        self.notices = SqlShelf("notices", HeldNotices)
        self.statements = SqlShelf("statements", KeptStatement)
        self.outbox = SqlOutbox("outbox", OutboxRow)
        self.inbox = SqlShelf("inbox", InboxRow)
        self.equivocations = SqlShelf("equivocations", Equivocation)
        self.refusals = SqlShelf("refusals", PartnerRefusals)
        self.authorities = SqlShelf("authorities", RecordedAuthority)

    def serial(self, tx: Connection, name: str) -> int:
        """The next number of a series, never used twice."""
        row = self.serials.get(tx, name=name)
        number = 1 if row is None else row.last + 1
        self.serials.put(tx, {"name": name}, last=number)
        return number
