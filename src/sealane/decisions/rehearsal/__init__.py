"""An agreement tried before anybody signs it: `scenarios` are its own questions and verdicts,
`erring` finds clauses that could fail to answer, and `review` asks everything that
`agreement check` shows.
"""
