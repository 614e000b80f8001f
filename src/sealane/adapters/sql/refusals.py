"""What a database says when it cannot, in our own words: not now, not so, or never again."""

from __future__ import annotations

from dataclasses import replace

from sealane.base.errors import Misconfigured, Unavailable, declare

STORE_UNAVAILABLE = declare(
    "store.unavailable",
    Unavailable,
    "The node's database does not answer: {why}.",
    "ノードのデータベースが応答しません：{why}。",
    "Free disk space or stop the process that holds it, then try again.",
    "ディスクの空きを作るか、占有しているプロセスを止めて、再試行してください。",
)
SERVER_AWAY = replace(
    STORE_UNAVAILABLE,
    text="The node's database server does not answer: {why}.",
    text_ja="ノードのデータベースサーバーが応答しません：{why}。",
    remedy="Bring the server and the way to it back; the node goes on by itself.",
    remedy_ja="サーバーとそこへの経路を復旧してください。ノードは自動で再開します。",
)
"""The same code where a server over a network holds the database."""
SERVER_FULL = replace(
    STORE_UNAVAILABLE,
    text="The node's database server is out of resources: {why}.",
    text_ja="ノードのデータベースサーバーの資源が足りません：{why}。",
    remedy="Give the server the disk, memory or connections that it lacks, then try again.",
    remedy_ja="不足しているディスク、メモリー、接続数をサーバーに足して、再試行してください。",
)
STORE_BUSY = declare(
    "store.busy",
    Unavailable,
    "Another step of this node holds its database: {why}.",
    "このノードの別の処理がデータベースを占有しています：{why}。",
    "Nothing was written; try again.",
    "何も書き込まれていません。再試行してください。",
)
DAMAGED = declare(
    "db.damaged",
    Misconfigured,
    "The node's database cannot be read: {why}.",
    "ノードのデータベースを読み取れません：{why}。",
    "Put a backup of the node's folder in its place; trying again does not help.",
    "ノードのフォルダーをバックアップから戻してください。再試行では解決しません。",
)
UNFIT = declare(
    "db.unfit",
    Misconfigured,
    "The database server is not fit for a node: {why}.",
    "データベースサーバーがノードの条件を満たしません：{why}。",
    "Change the server or its address as docs/postgresql.md says.",
    "docs/postgresql.md に従い、サーバーまたは接続先の設定を変えてください。",
)
NO_DRIVER = declare(
    "db.driver_missing",
    Misconfigured,
    "The driver for PostgreSQL is not installed.",
    "PostgreSQL のドライバーが導入されていません。",
    "Install `sealane[scale]`.",
    "`sealane[scale]` を導入してください。",
)
TAKEN = declare(
    "db.taken",
    Misconfigured,
    "That database belongs to {holder}, not to node {node}.",
    "そのデータベースは {holder} のもので、ノード {node} のものではありません。",
    "Give each node a database or a schema of its own.",
    "ノードごとに専用のデータベースまたはスキーマを用意してください。",
)
