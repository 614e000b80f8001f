"""`sealane demo`: the whole product played once, by the commands that a person types.

`story.py` is the order of the acts; read it first. Each act is a module of its own and stands above
`stage`, which runs a command in a process and notes what came out:

* `founding` makes two nodes, has both sign the agreement, and enters the staff of `cast.toml`;
* `sharing` releases, countersigns, delivers, accepts and opens one document;
* `refusals` lets everybody try who must not read it;
* `recall` takes it back, and `proof` shows what happened to somebody who has no node;
* `console` keeps both consoles up afterwards and says how to sign in.

Every line marked `ok` or `NO` is a check: the exit status is 1 when one did not hold.
"""
