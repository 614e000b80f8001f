"""What the console serves of the acts within the node: every page and every form, by address.

Spec: docs/console.md §Inventories, §Posts and rooms, §Guarded export, §Two people.
"""

from __future__ import annotations

from sealane.web.pages import acts, exercise, exports, inventories, posts

ACTS = {**inventories.ACTS, **posts.ACTS, **acts.ACTS, **exercise.ACTS, **exports.ACTS}
UPLOADS = exports.UPLOADS
PAGES = {**inventories.PAGES, **posts.PAGES, **acts.PAGES, **exercise.PAGES, **exports.PAGES}
