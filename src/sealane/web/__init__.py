"""The console: plain HTML in Japanese and English over the node's use cases, which works without
scripts.

A request comes in at the top and goes down: `console` is the table of addresses, `shell` is the
frame around every page (who visits, in which language, with what form, and how an error is shown),
`guard` holds the numbered checks that a form passes before anything is done, `pages/` are the pages
themselves, `shown` says how dates, sizes and marks are written for people, and `words` reads every
sentence from `words.toml`.

Pages reach storage and keys through services only; import-linter holds that.
"""
