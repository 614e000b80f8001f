"""What the console serves of the acts within the node: every page and every form, by address.

Spec: docs/console.md §Inventories, §Posts and rooms, §Guarded export.
"""

from __future__ import annotations

from sealane.web.pages import exports, inventories, posts

ACTS = {**inventories.ACTS, **posts.ACTS, **exports.ACTS}
UPLOADS = exports.UPLOADS
PAGES = {**inventories.PAGES, **posts.PAGES, **exports.PAGES}
