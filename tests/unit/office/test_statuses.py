"""One table says what an HTTP status says of an error, in pages as in answers to programs."""

from collections import defaultdict

from sealane.base.errors import CATALOGUE
from sealane.cli import docs
from sealane.office.statuses import status_of


def test_of_every_error_pages_and_api_have_one_status_but_for_what_a_header_names():
    docs.everything()
    apart = set()
    for code in CATALOGUE.values():
        error = code.kind(code, position=None, details=None, facts=defaultdict(str))
        if status_of(error) != status_of(error, page=True):
            apart.add((code.code, status_of(error, page=True)))
    assert apart == {("edit.stale", 409), ("edit.unseen", 400)}
