"""What touches the machine: files, the one database, keys, the network, the clock.

Each adapter stands behind a port of `sealane.ports`, or reads what lies in a folder, and knows no
other but those below it. On the lowest floor stand `files` (whole or not at all), `sql` (one SQLite
file, one writer) and `policy` (where shipped data lies); above them the tables and verbs:
`register_tables`, `passing_tables`, `log_tables`, `log_tiles`, `log_heads`, `witness_book`,
`replays`, `tilelog`;
then `records`, `log`, `keys`, `hsm`, `tls`; then what joins them for a folder or a partner:
`nodefolder`, `stored_logs`, `peers`. `tables` names every table once.

An adapter decides nothing: it says what is stored, stores what it is given, and turns every failure
of the machine into an error with a code.
"""
