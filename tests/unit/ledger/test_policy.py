"""The trust policy's grammar and judgement, line by line as C2SP tlog-policy has them."""

import pytest

from sealane.base.errors import Malformed, Untrusted
from sealane.ledger.log import note
from sealane.ledger.log.checkpoint import parse_checkpoint, sign_head
from sealane.ledger.log.policy import parse_policy, write_policy
from tests import tilelogs
from tests.tilelogs import AT, fixed, signer

LOG = fixed("log.example/a")
W = [fixed(f"w{one}.example", note.COSIGN_ED25519) for one in range(5)]
L, (V0, V1, V2, V3, V4) = LOG.verifier.vkey, (one.verifier.vkey for one in W)
HEAD = tilelogs.head("log.example/a", [b"x"])


@pytest.mark.parametrize(
    "text",
    [
        "quorum none",
        "quorum none\n",
        "\n\t # comment\n quorum \t none \n",
        f"log {L} https://log.example/a/\nquorum none\n",
        f"witness A {V0} https://w.example\nquorum A\n",
        f"witness A {V0}\nwitness B {V1}\ngroup g all A B\nquorum g\n",
        f"witness A {V0}\ngroup g 1 A\ngroup h any g\nquorum h\n",
        f"witness \u6771\u4eac {V0}\nquorum \u6771\u4eac\n",
        f"witness A {V0}\nquorum A\nwitness B {V1}\n",
        f"log {L}\nwitness log {V0}\nquorum log\n",
    ],
)
def test_good_policies_are_read(text):
    parse_policy(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# quorum none\n",
        "quorum\n",
        "quorum none none\n",
        "quorum none\nquorum none\n",
        "quorum A\n",
        "quorum none # c\n",
        "quorum none\r\n",
        "quorum\x0bnone\n",
        "quorum none\x00\n",
        "QUORUM none\n",
        "witnesses A\nquorum none\n",
        "log\nquorum none\n",
        f"log {L} u v\nquorum none\n",
        f"log {L}\nlog {L}\nquorum none\n",
        "log x+y+z\nquorum none\n",
        "witness A\nquorum none\n",
        f"witness A {V0} u v\nquorum A\n",
        f"witness none {V0}\nquorum none\n",
        f"witness A {V0}\nwitness A {V1}\nquorum A\n",
        f"witness A {V0}\nwitness B {V0}\nquorum A\n",
        f"witness A {L}\nquorum A\n",
        f"quorum A\nwitness A {V0}\n",
        f"witness A {V0}\ngroup A 1 A\nquorum A\n",
        f"witness A {V0}\ngroup none 1 A\nquorum A\n",
        f"witness A {V0}\ngroup g 0 A\nquorum g\n",
        f"witness A {V0}\ngroup g 2 A\nquorum g\n",
        f"witness A {V0}\ngroup g -1 A\nquorum g\n",
        f"witness A {V0}\ngroup g +1 A\nquorum g\n",
        f"witness A {V0}\ngroup g 01 A\nquorum g\n",
        f"witness A {V0}\ngroup g All A\nquorum g\n",
        f"witness A {V0}\ngroup g any\nquorum g\n",
        f"witness A {V0}\ngroup g any A A\nquorum g\n",
        f"witness A {V0}\ngroup g any none\nquorum g\n",
        f"witness A {V0}\ngroup g any A\ngroup h any A\nquorum h\n",
        f"group g any A\nwitness A {V0}\nquorum g\n",
        f"witness A {V0}\ngroup g any g\nquorum g\n",
    ],
)
def test_bad_policies_are_refused(text):
    with pytest.raises(Malformed):
        parse_policy(text.encode())


def test_the_same_key_under_another_name_is_a_duplicate():
    renamed = note.VerifierKey("other.example", note.ED25519, LOG.verifier.public).vkey
    with pytest.raises(Malformed):
        parse_policy(f"log {L}\nlog {renamed}\nquorum none\n".encode())


TWO_LEVELS = f"""log {L}
witness X1 {V0}
witness X2 {V1}
witness X3 {V2}
group X 2 X1 X2 X3
witness Y1 {V3}
witness Y2 {V4}
group Y any Y1 Y2
group both all X Y
quorum both
"""


@pytest.mark.parametrize(
    ("who", "enough"),
    [
        ((0, 1, 3), True),
        ((0, 2, 4), True),
        ((0, 1, 2, 3, 4), True),
        ((0, 1), False),
        ((0, 3, 4), False),
        ((), False),
    ],
)
def test_a_quorum_of_groups_counts_as_the_example_says(who, enough):
    checkpoint = parse_checkpoint(sign_head(HEAD, [LOG, *(W[one] for one in who)], AT).encode())
    policy = parse_policy(TWO_LEVELS.encode())
    if enough:
        assert set(policy.judge(checkpoint).witnesses) == {
            ("X1", "X2", "X3", "Y1", "Y2")[one] for one in who
        }
    else:
        with pytest.raises(Untrusted, match="quorum"):
            policy.judge(checkpoint)


def test_a_log_that_signs_under_another_origin_does_not_count():
    policy = parse_policy(f"log {L}\nquorum none\n".encode())
    other = parse_checkpoint(sign_head(tilelogs.head("log.example/b", [b"x"]), [LOG], AT).encode())
    with pytest.raises(Untrusted, match="not_signed"):
        policy.judge(other)


def test_a_known_witness_that_fails_rejects_even_when_not_needed():
    policy = parse_policy(f"log {L}\nwitness A {V0}\nquorum none\n".encode())
    good = sign_head(HEAD, [LOG], AT)
    bad = good.adding([note.Signature(W[0].name, W[0].verifier.key_id, bytes(72))])
    policy.judge(parse_checkpoint(good.encode()))
    with pytest.raises(Untrusted, match="note_signature"):
        policy.judge(parse_checkpoint(bad.encode()))


def test_limits_allow_at_least_thirty_two_of_each():
    lines = [f"log {signer(f'l{one}').verifier.vkey}" for one in range(40)]
    lines += [
        f"witness w{one} {signer(f'x{one}', note.COSIGN_ED25519).verifier.vkey}"
        for one in range(40)
    ]
    lines += [f"group g{one} any w{one}" for one in range(40)]
    parse_policy("\n".join([*lines, "quorum g39"]).encode())


def test_a_thousand_groups_in_a_chain_are_judged():
    lines = [
        f"log {L}",
        f"witness w0 {V0}",
        *(f"group w{one} any w{one - 1}" for one in range(1, 3000)),
        "quorum w2999",
    ]
    policy = parse_policy("\n".join(lines).encode())
    assert policy.judge(parse_checkpoint(sign_head(HEAD, [LOG, W[0]], AT).encode())).witnesses
    with pytest.raises(Untrusted):
        policy.judge(parse_checkpoint(sign_head(HEAD, [LOG], AT).encode()))


def test_the_policy_we_write_wants_every_witness():
    policy = parse_policy(write_policy(LOG.verifier, {"A": W[0].verifier, "B": W[1].verifier}))
    policy.judge(parse_checkpoint(sign_head(HEAD, [LOG, W[0], W[1]], AT).encode()))
    with pytest.raises(Untrusted):
        policy.judge(parse_checkpoint(sign_head(HEAD, [LOG, W[0]], AT).encode()))
    parse_policy(write_policy(LOG.verifier, {}))
