"""Decisions looked at before anybody asks: who could read what, until when, and what would change.

`preview` asks for each person of a directory, `holdings` for each item of a register, `horizon`
until when a verdict stands, and `effect` what another version of an agreement would change, by the
classes of `kinds` over the plain `facts` of a register.
"""
