"""The seam to a node's register: one shelf for each kind of record."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from sealane.registry import (
    access_records,
    card_records,
    case_records,
    custody_records,
    derived_records,
    desk_records,
    exercise_records,
    export_records,
    feed_records,
    inventory_records,
    onward_records,
    pack_records,
    partner_records,
    passing,
    post_records,
    records,
    reminder_records,
    searched,
    sign_in_records,
    tally_records,
    waiting_act_records,
    waiting_records,
)

R = TypeVar("R")
Tx = Any
"""An open transaction; only adapters look inside."""


class Shelf(Protocol[R]):
    """The records of one table: added, changed and read; rows close, nothing is deleted.

    `key` and `where` name members of the record and what each must be, None included; a name that
    the record does not have is a fault of the caller and raises KeyError.
    """

    def add(self, tx: Tx, record: R, /) -> None:
        """One record more."""

    def add_all(self, tx: Tx, records: Sequence[R], /) -> None:
        """So many records more, by few statements; none has a member that the store gives."""

    def put(self, tx: Tx, key: Mapping[str, object], /, **values: object) -> None:
        """Add the record of this key, or change it where it is already there."""

    def change(self, tx: Tx, key: Mapping[str, object], /, **values: object) -> int:
        """Change the records that match; their number."""

    def get(self, tx: Tx, /, **key: object) -> R | None:
        """The one record that matches, or None."""

    def find(
        self,
        tx: Tx,
        /,
        *,
        order: str,
        limit: int = 1000,
        after: object = None,
        newest: bool = False,
        **where: object,
    ) -> list[R]:
        """At most `limit` matching records by the order member, from beyond `after`."""

    def column(self, tx: Tx, name: str, /, **where: object) -> list[Any]:
        """One member of every matching record, in no order."""

    def count(self, tx: Tx, /, **where: object) -> int:
        """How many records match."""

    def among(self, tx: Tx, name: str, values: Collection[object], /) -> list[R]:
        """Every record whose member is one of these, in no order."""


class Passing(Shelf[R], Protocol):
    """Records that end: the only ones that are ever deleted."""

    def forget(self, tx: Tx, now: int, /) -> None:
        """Delete those whose `until` has passed; `now` in nanoseconds since 1970."""


class Outbox(Shelf[records.OutboxRow], Protocol):
    """What waits for partners."""

    def ready(
        self, tx: Tx, now: int, latest: int, /, *, limit: int = 64, **where: object
    ) -> list[records.OutboxRow]:
        """Matching rows whose time has come, oldest first, and those that are due after `latest`;
        both in nanoseconds since 1970.
        """


class Search(Protocol):
    """The register's index: each item in it as its row stands, by the same step that put the row.

    All raise Misconfigured `search.stale` where another version of the program filled it.
    `visible`: what the person who asks may see; None: everything.
    """

    def classes(self, tx: Tx) -> Mapping[int, searched.LabelClass]:
        """Every label class of the register, by its number in the index."""

    def page(
        self,
        tx: Tx,
        sought: searched.Sought,
        visible: searched.VisiblePart | None,
        asked: searched.PageAsked,
    ) -> list[str] | None:
        """Items, the newest first or the best; None where `after` is none that this person sees."""

    def counts(
        self, tx: Tx, sought: searched.Sought, visible: searched.VisiblePart | None
    ) -> list[searched.Counted]:
        """How many there are on all pages, by what they are counted by."""


class Waits(Protocol):
    """What of the register waits, by query, however much does not."""

    def transfers(
        self, tx: Tx, states: Collection[str], /, *, to: str, ours: bool, limit: int
    ) -> list[waiting_records.TransferWaiting]:
        """Transfers in these states of items that nobody called back, the earliest due first.

        Args:
            to: a party.
            ours: whether those to this party; else those to every other.
        """

    def transfers_count(self, tx: Tx, states: Collection[str], /, *, to: str, ours: bool) -> int:
        """How many such there are."""

    def cases(
        self,
        tx: Tx,
        /,
        *,
        limit: int,
        alike: tuple[Collection[waiting_records.CaseGroup], str] | None = None,
    ) -> list[waiting_records.CaseWaiting]:
        """Open cases in which somebody's word is waited for, the earliest due first, those without
        a date last.

        Args:
            alike: those of these groups alone, at an instant.
        """

    def case_groups(
        self, tx: Tx, now: str, /, *, parties: Collection[str]
    ) -> Mapping[waiting_records.CaseGroup, int]:
        """How many open cases wait alike for the word of these parties."""

    def unsettled_bytes(self, tx: Tx, provider: str, /) -> int:
        """How many bytes of a provider's containers the registry clerk has not settled yet."""

    def copies(
        self, tx: Tx, now: str, /, *, ended: Collection[str]
    ) -> Iterable[tuple[records.Copy, records.Item]]:
        """Every copy for which something may wait, each with its item: held ones whose `waits` has
        come or whose agreement is among `ended`, and those that were called back or whose offer
        ended. What waits for each is the caller's to say.
        """

    def at_hand(
        self, tx: Tx, party: str, /, *, level: str | None = None, place: str | None = None
    ) -> Iterable[tuple[records.Copy, records.Item]]:
        """Every copy that a party's register says it has, each with its item; of one level, by the
        label's word or the one that it is handled as here, or of one place.
        """

    def levels(self, tx: Tx, party: str, /) -> Mapping[str, str]:
        """The levels of those copies, each with the instant since when there was one."""

    def places(self, tx: Tx, party: str, /) -> Sequence[tuple[str, str, str]]:
        """Where those copies lie, of which levels, and since when there was one."""


class FeedObjects(Shelf[feed_records.KeptObject], Protocol):
    """The objects of feeds. `readable`: what the person who asks may read; nothing else is there
    for them.
    """

    def page(
        self,
        tx: Tx,
        feed: str,
        query: feed_records.FeedQuery,
        readable: feed_records.ReadableMarks,
        /,
    ) -> list[feed_records.KeptKey]:
        """At most `limit` versions, in the order in which they came."""

    def texts(self, tx: Tx, feed: str, added: Sequence[int], /) -> Iterable[str]:
        """The texts of these, in this order."""

    def of_ids(self, tx: Tx, feed: str, ids: Sequence[str], /) -> list[feed_records.KeptObject]:
        """Every version of these objects, deleted ones too, by object and version; no texts."""

    def last_added(self, tx: Tx, feed: str, /) -> int:
        """When the last one came, in microseconds since 1970; 0: none did."""

    def present(self, tx: Tx, feed: str, readable: feed_records.ReadableMarks, /) -> set[str]:
        """The marks of which at least one object stands that may be read."""


class DerivedShelf(Shelf[R], Protocol):
    """Rows that are made from others, and deleted to be made anew."""

    def drop(self, tx: Tx, /, **key: object) -> None:
        """Delete what matches."""


class KeptTallies(Protocol):
    """Kept counts of what the logs tell."""

    def add(self, tx: Tx, row: tally_records.TallyRow, /) -> None:
        """Count a row's things beside those that are there already."""

    def of(self, tx: Tx, origin: str, /) -> list[tally_records.TallyRow]:
        """Every row of one log."""

    def since(
        self, tx: Tx, what: str, day: str, origins: Collection[str], /
    ) -> list[tally_records.Tallied]:
        """All days from this one on and these logs together."""

    def forget(self, tx: Tx, origin: str, /) -> None:
        """Delete a log's rows, to count it anew."""


class Records(Protocol):
    """The register of a node: one shelf for each kind of record."""

    @property
    def search(self) -> Search: ...
    @property
    def waits(self) -> Waits: ...
    @property
    def tallies(self) -> KeptTallies: ...
    @property
    def tally_marks(self) -> DerivedShelf[tally_records.TallyMark]: ...
    @property
    def tally_questions(self) -> DerivedShelf[tally_records.TallyQuestion]: ...
    @property
    def access_requests(self) -> Shelf[access_records.AccessRequest]: ...
    @property
    def cases(self) -> Shelf[case_records.KeptCase]: ...
    @property
    def case_events(self) -> Shelf[case_records.KeptCaseEvent]: ...
    @property
    def case_items(self) -> Shelf[case_records.CaseItem]: ...
    @property
    def case_own(self) -> Shelf[case_records.KeptOwn]: ...
    @property
    def pack_answers(self) -> Shelf[pack_records.PackAnswer]: ...
    @property
    def items(self) -> Shelf[records.Item]: ...
    @property
    def derivations(self) -> Shelf[derived_records.Derivation]: ...
    @property
    def sources(self) -> Shelf[derived_records.DerivedFrom]: ...
    @property
    def remarks(self) -> Shelf[derived_records.ReleaseRemark]: ...
    @property
    def past_people(self) -> Shelf[records.PastPerson]: ...
    @property
    def searches(self) -> Shelf[searched.SavedSearch]: ...
    @property
    def release_forms(self) -> Shelf[desk_records.ReleaseForm]: ...
    @property
    def containers(self) -> Shelf[records.ItemContainer]: ...
    @property
    def copies(self) -> Shelf[records.Copy]: ...

    @property
    def custody(self) -> Shelf[custody_records.CustodyRow]: ...
    @property
    def transfers(self) -> Shelf[records.Transfer]: ...
    @property
    def onwards(self) -> Shelf[onward_records.Onward]: ...

    @property
    def people(self) -> Shelf[records.PersonEntry]: ...

    @property
    def credentials(self) -> Shelf[sign_in_records.CredentialEntry]: ...
    @property
    def identities(self) -> Shelf[sign_in_records.IdentityEntry]: ...
    @property
    def preferences(self) -> Shelf[sign_in_records.Preferences]: ...
    @property
    def reminders(self) -> Shelf[reminder_records.Reminder]: ...
    @property
    def reminder_mails(self) -> Passing[reminder_records.ReminderMail]: ...
    @property
    def feed_standings(self) -> Shelf[reminder_records.FeedStanding]: ...

    @property
    def facilities(self) -> Shelf[records.FacilityEntry]: ...

    @property
    def assurances(self) -> Shelf[records.AssuranceEntry]: ...

    @property
    def partners(self) -> Shelf[records.Partner]: ...
    @property
    def cards(self) -> Shelf[card_records.HeldCard]: ...
    @property
    def card_standings(self) -> Shelf[card_records.CardStanding]: ...
    @property
    def sealed_keys(self) -> Shelf[card_records.SharedKey]: ...
    @property
    def signed_files(self) -> Shelf[card_records.SignedFile]: ...
    @property
    def agreements(self) -> Shelf[records.HeldAgreement]: ...
    @property
    def notices(self) -> Shelf[records.HeldNotices]: ...
    @property
    def entry_refs(self) -> Shelf[records.EntryRef]: ...
    @property
    def statements(self) -> Shelf[records.KeptStatement]: ...

    @property
    def outbox(self) -> Outbox: ...

    @property
    def inbox(self) -> Shelf[records.InboxRow]: ...

    @property
    def clients(self) -> Shelf[records.ClientEntry]: ...

    @property
    def services(self) -> Shelf[partner_records.PartnerServices]: ...

    @property
    def equivocations(self) -> Shelf[records.Equivocation]: ...

    @property
    def refusals(self) -> Shelf[partner_records.PartnerRefusals]: ...

    @property
    def serials(self) -> Shelf[records.Serial]: ...
    @property
    def authorities(self) -> Shelf[records.RecordedAuthority]: ...
    @property
    def currency(self) -> Shelf[records.Currency]: ...
    @property
    def sessions(self) -> Passing[passing.Session]: ...
    @property
    def calls(self) -> Passing[passing.KeyedCall]: ...
    @property
    def ceremonies(self) -> Passing[passing.Ceremony]: ...
    @property
    def tries(self) -> Passing[passing.WrongTries]: ...
    @property
    def shown(self) -> Passing[passing.Shown]: ...
    @property
    def measures(self) -> Shelf[passing.SpentMeasure]: ...
    @property
    def leases(self) -> Shelf[passing.Lease]: ...

    @property
    def inventories(self) -> Shelf[inventory_records.Inventory]: ...
    @property
    def inventory_lines(self) -> Shelf[inventory_records.CountLine]: ...
    @property
    def posts(self) -> Shelf[post_records.Post]: ...
    @property
    def placings(self) -> Shelf[post_records.Placing]: ...
    @property
    def exports(self) -> Shelf[export_records.GuardedExport]: ...
    @property
    def waiting_acts(self) -> Shelf[waiting_act_records.WaitingAct]: ...
    @property
    def injects(self) -> Shelf[exercise_records.Inject]: ...

    @property
    def feeds(self) -> Shelf[feed_records.Feed]: ...
    @property
    def feed_objects(self) -> FeedObjects: ...
    @property
    def feed_marks(self) -> Shelf[feed_records.KeptMarks]: ...
    @property
    def feed_statuses(self) -> Passing[feed_records.FeedStatus]: ...

    def serial(self, tx: Tx, name: str) -> int:
        """The next number of a series, never used twice."""
