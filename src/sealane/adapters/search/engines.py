"""What SQLite and PostgreSQL say differently of words: how they are kept, asked for and ranked.

Values are always bound; the only text that is put together here is of words that `search_words`
cut, which are letters and digits, in quotation marks.
Spec: docs/search.md §The index.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection

from sealane.adapters.sql.statements import driver
from sealane.registry.search_words import BEGINNING
from sealane.registry.searched import IndexedItem

FOLDED = 1 << 16
"""Numbers of projects and faces are looked up by so many of their values: beyond, two share a byte,
and the row itself is asked as well (`known.Admitted`).
"""
Phrases = Sequence[Sequence[str]]
Block = tuple[int, int]
"""Rows whose numbers, without so many of their lowest bits, are one."""
Row = tuple[Mapping[str, Any], IndexedItem]
"""The values of a row, its number among them, and the item whose words it gets."""
PUT = (
    "INSERT INTO search_rows (number, item, created, face, project, author)"
    " VALUES (:number, :item, :created, :face, :project, :author)"
)


class Columns(NamedTuple):
    """What a row that is selected from tells, as SQL; names of columns, never values."""

    source: str
    order: str
    """What puts rows in the order of their numbers."""
    number: str
    project: str
    face: str
    shift: int = 0
    """By how many bits `order` stands above the number."""
    folded: bool = False
    """Whether project and face are told by their lowest bits alone."""


ROWS = Columns("search_rows r", "r.number", "r.number", "r.project", "r.face")
"""The rows themselves, no word asked."""


class SearchEngine(Protocol):
    """One kind of database, as an index of words."""

    scores: str
    """How well a row fits, the best lowest."""
    steps: tuple[int | None, ...]
    """Of which newest rows words are asked, one after the other until enough are found: of two
    blocks of so many bits of the number; None: of all rows.
    """

    keyed_steps: tuple[int | None, ...]
    """The same where projects are asked for in the index of words."""
    ranked: int
    """By relevance only so many are ranked, the newest of those found."""
    matching: str
    """The condition that a row's words are those of `:match`."""
    placed: bool
    """Whether words stand by the project and face of their row, and move with them."""
    keyed: bool
    """Whether it helps who sees little to ask for projects in the index of words."""

    def make(self, tx: Connection) -> None:
        """What holds the words, beside the tables that both kinds have."""

    def finish(self, tx: Connection) -> None:
        """After many words were put: what lets them be found fast."""

    def drop(self, tx: Connection) -> None: ...

    def run(self, tx: Connection, text: str, values: Mapping[str, Any] = ...) -> Any:
        """The driver's cursor for a statement with `:name` for each value."""

    def run_all(self, tx: Connection, text: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """The same for many rows."""

    def among(self, name: str, kind: str) -> str:
        """A subquery of the bound list of this name; `kind`: `text` or `bigint`."""

    def listed(self, values: Collection[Any]) -> Any:
        """A list as it is bound for `among`."""

    def put_all(self, tx: Connection, rows: Sequence[Row]) -> None:
        """New rows with their words."""

    def put_words(self, tx: Connection, row: Mapping[str, Any], item: IndexedItem) -> None:
        """The words of a row that is there."""

    def take_words(self, tx: Connection, row: Mapping[str, Any], item: IndexedItem) -> None:
        """Words that stand there no more; row and item as they were put."""

    def counted(self, column: str) -> str:
        """The place, from 1 on, of a number among bytes."""

    def columns(self, *, rows: bool) -> Columns:
        """Rows whose words are asked. Args: rows: whether each is read itself, as `r`."""

    def match(
        self,
        words: Phrases,
        *,
        told: bool,
        keys: Collection[str] | None,
        blocks: Collection[Block] = (),
    ) -> str:
        """What `:match` is.

        Args:
            told: whether the words that may be withheld are asked too.
            keys: projects of which one is the item's; None: of any.
            blocks: of which one holds the row; none: of all rows.
        """


def project_key(project: str) -> str:
    """A project as one word that no text holds."""
    return hashlib.sha256(project.encode()).hexdigest()[:20]


def words_of(item: IndexedItem) -> list[str]:
    """What an item is found by: by whom its title may be withheld from with a dot before each word,
    and by everybody else; an empty one parts them.
    """
    return [*(f".{word}" for word in item.open), "", *item.open, "", *item.closed]


_PUT_WORDS = "INSERT INTO search_words (rowid, words) VALUES (:place, :words)"
NUMBER, PROJECT = 32, 16
"""Bits that a row's number, and its project's, stand above the face in the place of its words."""


class SqliteSearch:
    """FTS5 over our own words, in the order of rows; its tokenizer only splits at blanks.

    The place of a row's words says its number, its project and its face, so that what may be seen
    is told without reading the row.
    """

    scores = "bm25(search_words)"
    steps: tuple[int | None, ...] = (None,)
    keyed_steps: tuple[int | None, ...] = (None,)
    ranked = 10_000
    matching = "search_words MATCH :match"
    placed, keyed = True, False

    def make(self, tx: Connection) -> None:
        tx.exec_driver_sql(
            "CREATE VIRTUAL TABLE search_words USING"
            " fts5(words, content='', tokenize=\"ascii tokenchars '.'\")"
        )

    def drop(self, tx: Connection) -> None:
        tx.exec_driver_sql("DROP TABLE IF EXISTS search_words")

    def run(self, tx: Connection, text: str, values: Mapping[str, Any] = {}) -> Any:
        return driver(tx).execute(text, values)

    def run_all(self, tx: Connection, text: str, rows: Iterable[Mapping[str, Any]]) -> None:
        driver(tx).executemany(text, rows)

    def among(self, name: str, kind: str) -> str:
        return f"(SELECT value FROM json_each(:{name}))"

    def listed(self, values: Collection[Any]) -> Any:
        return json.dumps(list(values))

    def finish(self, tx: Connection) -> None:
        self.run(tx, "INSERT INTO search_words (search_words) VALUES ('optimize')")

    def put_all(self, tx: Connection, rows: Sequence[Row]) -> None:
        self.run_all(tx, PUT, [row for row, _ in rows])
        self.run_all(tx, _PUT_WORDS, [self._words(row, item) for row, item in rows])

    def put_words(self, tx: Connection, row: Mapping[str, Any], item: IndexedItem) -> None:
        self.run(tx, _PUT_WORDS, self._words(row, item))

    def take_words(self, tx: Connection, row: Mapping[str, Any], item: IndexedItem) -> None:
        self.run(
            tx,
            "INSERT INTO search_words (search_words, rowid, words)"
            " VALUES ('delete', :place, :words)",
            self._words(row, item),
        )

    def _words(self, row: Mapping[str, Any], item: IndexedItem) -> dict[str, Any]:
        project, face = row["project"] % FOLDED, row["face"] % FOLDED
        place = row["number"] << NUMBER | project << PROJECT | face
        return {"place": place, "words": " ".join(words_of(item))}

    def counted(self, column: str) -> str:
        return f"{column} + 1"

    def columns(self, *, rows: bool) -> Columns:
        place = "search_words.rowid"
        number = f"({place} >> {NUMBER})"
        if rows:
            joined = f"search_words JOIN search_rows r ON r.number = {number}"
            return Columns(joined, place, number, "r.project", "r.face", NUMBER)
        project = f"(({place} >> {PROJECT}) & {FOLDED - 1})"
        face = f"({place} & {FOLDED - 1})"
        return Columns("search_words", place, number, project, face, NUMBER, folded=True)

    def match(
        self,
        words: Phrases,
        *,
        told: bool,
        keys: Collection[str] | None,
        blocks: Collection[Block] = (),
    ) -> str:
        return " AND ".join(_phrase(phrase, told=told) for phrase in words)


def _phrase(phrase: Sequence[str], *, told: bool) -> str:
    """Words in their order; one that ends with a star stands for whatever begins so."""
    dot, last = "" if told else ".", phrase[-1]
    text = " ".join(f"{dot}{word}" for word in phrase)
    return f'"{text[:-1]}" *' if last.endswith(BEGINNING) else f'"{text}"'


class PostgresqlSearch:
    """GIN over a text-search vector of our own words.

    GIN gives no order: a row's vector names the blocks of numbers that it stands in, so that the
    newest of a common word are found without reading all the others.
    """

    scores = "-ts_rank(r.words, CAST(:match AS tsquery))"
    steps: tuple[int | None, ...] = (12, 14, 16, 18, None)
    keyed_steps: tuple[int | None, ...] = (16, None)
    ranked = 500
    matching = "r.words @@ CAST(:match AS tsquery)"
    placed, keyed = False, True

    def make(self, tx: Connection) -> None:
        tx.exec_driver_sql("ALTER TABLE search_rows ADD COLUMN words tsvector NOT NULL DEFAULT ''")
        tx.exec_driver_sql("ALTER TABLE search_rows ALTER COLUMN words SET STATISTICS 2000")

    def finish(self, tx: Connection) -> None:
        tx.exec_driver_sql("SET LOCAL maintenance_work_mem = '256MB'")
        tx.exec_driver_sql("CREATE INDEX search_rows_words ON search_rows USING gin (words)")
        tx.exec_driver_sql("ANALYZE search_rows")

    def put_all(self, tx: Connection, rows: Sequence[Row]) -> None:
        columns = ("number", "item", "created", "face", "project", "author")
        copying = f"COPY search_rows ({', '.join(columns)}, words) FROM STDIN"
        with driver(tx).cursor().copy(copying) as copy:
            for row, item in rows:
                copy.write_row([*(row[name] for name in columns), self._vector(row, item)])

    def drop(self, tx: Connection) -> None:
        """The words stand in the rows."""

    def run(self, tx: Connection, text: str, values: Mapping[str, Any] = {}) -> Any:
        return driver(tx).execute(_named(text), values, prepare=False)

    def run_all(self, tx: Connection, text: str, rows: Iterable[Mapping[str, Any]]) -> None:
        driver(tx).cursor().executemany(_named(text), rows)

    def among(self, name: str, kind: str) -> str:
        return f"(SELECT unnest(CAST(:{name} AS {kind}[])))"

    def listed(self, values: Collection[Any]) -> Any:
        return list(values)

    def put_words(self, tx: Connection, row: Mapping[str, Any], item: IndexedItem) -> None:
        self.run(
            tx,
            "UPDATE search_rows SET words = CAST(:words AS tsvector) WHERE number = :number",
            {"number": row["number"], "words": self._vector(row, item)},
        )

    def take_words(self, tx: Connection, row: Mapping[str, Any], item: IndexedItem) -> None:
        """They are put in place of what stood there."""

    def _vector(self, row: Mapping[str, Any], item: IndexedItem) -> str:
        """An item's words as a vector, each with where it stands."""
        placed: dict[str, list[str]] = {}
        for place, word in enumerate(words_of(item), start=1):
            if word:
                placed.setdefault(word, []).append(str(place))
        if item.project:
            placed[f"={project_key(item.project)}"] = ["1"]
        blocks = [_block((bits, row["number"] >> bits)) for bits in self.steps if bits]
        words = [f"{_quoted(word)}:{','.join(at)}" for word, at in placed.items()]
        return " ".join([*words, *map(_quoted, blocks)])

    def counted(self, column: str) -> str:
        return f"CAST({column} AS integer) + 1"

    def columns(self, *, rows: bool) -> Columns:
        # a number that is reckoned has no index: all that is found is put in order
        return ROWS._replace(order="(r.number + 0)")

    def match(
        self,
        words: Phrases,
        *,
        told: bool,
        keys: Collection[str] | None,
        blocks: Collection[Block] = (),
    ) -> str:
        asked = [_near(phrase, told=told) for phrase in words]
        if keys is not None:
            asked.append(_any("=" + project_key(key) for key in keys))
        if blocks:
            asked.append(_any(map(_block, blocks)))
        return " & ".join(asked)


def _block(block: Block) -> str:
    """A block of rows as one word that no text holds."""
    return f"#{block[0]}.{block[1]}"


def _any(words: Iterable[str]) -> str:
    return f"({' | '.join(map(_quoted, words))})"


def _near(phrase: Sequence[str], *, told: bool) -> str:
    return f"({' <-> '.join(_quoted(word if told else f'.{word}') for word in phrase)})"


def _quoted(word: str) -> str:
    return f"'{word[:-1]}':*" if word.endswith(BEGINNING) else f"'{word}'"


def _named(text: str) -> str:
    return re.sub(r"(?<!:):(\w+)", r"%(\1)s", text)


ENGINES: dict[str, SearchEngine] = {"sqlite": SqliteSearch(), "postgresql": PostgresqlSearch()}


def engine_of(tx: Connection) -> SearchEngine:
    """How the database of a transaction keeps words."""
    return ENGINES[tx.dialect.name]
