"""A log of one writer: its tree, its signed heads, and who else vouches for them.

`merkle` is the tree of RFC 6962 and `tiles` where it lies; `shadow` is the same tree under SHA-384.
`note` and `checkpoint` are signed heads, `witness`, `policy`, `restore` and `marks` say when a head
may be cosigned, believed or signed again, `mirror` what a copy accepts, `rederive` proves a whole
log from its entries, and `equivocation` proves that a writer lied.
"""
