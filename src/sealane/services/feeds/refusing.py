"""What is refused about feeds. Spec: spec/feeds.md."""

from __future__ import annotations

from sealane.base.errors import Conflict, Malformed, NotFound, Refused, declare

NO_FEED = declare(
    "feed.unknown",
    NotFound,
    "There is no feed {feed!r} here.",
    "フィード {feed!r} はありません。",
    "See `sealane feed list`.",
    "`sealane feed list` で一覧を確かめてください。",
)
TAKEN = declare(
    "feed.taken",
    Conflict,
    "A feed is called {name!r} already.",
    "{name!r} という名前のフィードは既にあります。",
    "Choose another name, alias or id.",
    "別の名前、別名又は識別子にしてください。",
)
BAD_FEED = declare(
    "feed.malformed",
    Malformed,
    "The feed cannot be made: {why}.",
    "フィードを作成できません：{why}。",
    "See `sealane feed create --help`.",
    "`sealane feed create --help` を見てください。",
)
NOT_WRITER = declare(
    "feed.not_writable",
    Refused,
    "{person} does not write the feed {feed}.",
    "{person} にはフィード {feed} に書き込む権限がありません。",
    "Ask an originator or a release officer of the feed's nation.",
    "フィードを持つ国の作成者又は提供担当官に依頼してください。",
)
NOT_READER = declare(
    "feed.not_readable",
    Refused,
    "{person} writes the feed {feed} and does not read it.",
    "{person} はフィード {feed} に書き込めますが、閲覧できません。",
    "Ask its nation to name yours as a reader.",
    "フィードを持つ国に、自国を閲覧国に加えるよう依頼してください。",
)
VERSION_TAKEN = declare(
    "feed.version_taken",
    Conflict,
    "{object} is here in this version already, and says something else.",
    "{object} のこの版は既にあり、内容が異なります。",
    "What changed is a new version, with its own `modified`.",
    "変更は新しい `modified` を持つ新しい版として送ってください。",
)
UNRESOLVED = declare(
    "feed.unresolved",
    NotFound,
    "{object} is kept and nobody reads it: the marking {reference} was never sent.",
    "{object} は保存しましたが、標示 {reference} が届いていないため誰も閲覧できません。",
    "Send the marking definition; the object is then read by whom it lets.",
    "標示定義を送ってください。届けば、許された人が閲覧できます。",
)
TOO_MANY_MARKS = declare(
    "feed.too_many_marks",
    Refused,
    "The feed {feed} holds as many different marks as it may.",
    "フィード {feed} の標示の種類が上限に達しています。",
    "Use the marks that are there, or another feed.",
    "既にある標示を使うか、別のフィードを使ってください。",
)
STAYS = declare(
    "feed.stays",
    Refused,
    "{object} stays: what marks it lets it go to no server elsewhere.",
    "{object} は送りません。標示により、他のサーバーには出せません。",
    "What a national label marks is released, under seal.",
    "国の区分を付したものは、封緘して提供してください。",
)
NO_OBJECT = declare(
    "feed.no_object",
    NotFound,
    "There is no object {object!r} in this feed.",
    "このフィードにオブジェクト {object!r} はありません。",
    "List the feed's objects.",
    "フィードのオブジェクトの一覧を確かめてください。",
)
NO_STATUS = declare(
    "feed.no_status",
    NotFound,
    "There is no status {status!r}.",
    "状況 {status!r} はありません。",
    "A status is kept for a day.",
    "状況は一日だけ保存されます。",
)
TOO_LARGE = declare(
    "feed.too_large",
    Malformed,
    "The body is longer than {limit} bytes.",
    "本文が {limit} バイトを超えています。",
    "Send it in parts.",
    "分けて送ってください。",
)
