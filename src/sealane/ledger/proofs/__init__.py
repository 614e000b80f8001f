"""What can be proven to anybody, with no node and no network.

`proof` is one entry under one cosigned head (C2SP tlog-proof); `evidence` is everything about one
item in one file, an `archive` in which every byte is accounted for; `stamping` and `timestamp` add
independent time (`der` reads it); `scitt` and `cose` show the same proofs to SCITT.
"""
