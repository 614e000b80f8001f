"""What takes long is a span, where a collector is named; nothing confidential stands in one, and
without a collector nothing of OpenTelemetry is there.
"""

import subprocess
import sys

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from sealane.adapters import logs, tracing
from sealane.base.errors import Misconfigured, SealaneError
from sealane.services import spans
from tests import nations

TITLE = "Harbour watch, week 47"


@pytest.fixture
def told():
    """What a collector would be told, newest last."""
    exporter, made = InMemorySpanExporter(), TracerProvider()
    made.add_span_processor(SimpleSpanProcessor(exporter))
    spans.tell(tracing.spans(made, logs.context))
    yield exporter.get_finished_spans
    spans.tell(None)


def test_a_release_its_delivery_arrival_and_opening_are_spans(pair, told):
    with logs.within(request="0" * 16, statement="a" * 96, title=TITLE):
        item = nations.share(pair, title=TITLE)
        nations.read(pair, item)
    names = [one.name for one in told()]
    for name in (spans.RELEASE, spans.DELIVERY, spans.ARRIVAL, spans.OPENING, spans.ANSWER):
        assert name in names
    release = next(one for one in told() if one.name == spans.RELEASE)
    assert dict(release.attributes) == {
        "sealane.request": "0" * 16,
        "sealane.statement": "a" * 96,
    }


def test_a_refusal_is_told_by_its_code_and_nothing_else(pair, told):
    item = nations.share(pair, title=TITLE)
    with pytest.raises(SealaneError):
        nations.read(pair, item, person="jpn.suzuki")
    opening = next(one for one in told() if one.name == spans.OPENING)
    assert dict(opening.attributes) == {"sealane.code": "decision.refused"}
    assert not opening.status.is_ok
    assert opening.status.description is None
    assert opening.events == ()
    text = "".join(one.to_json() for one in told())
    for word in (TITLE, "jpn.suzuki", "SECRET", "assessment", item):
        assert word not in text


def test_without_a_collector_nothing_is_made_and_nothing_imported(pair):
    nations.share(pair)
    asked = "import sealane.run, sys; print(any('opentelemetry' in one for one in sys.modules))"
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_a_collector_without_the_extra_is_told_in_words(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(Misconfigured) as refused:
        tracing.provider("http://127.0.0.1:4318", "aus")
    assert refused.value.code == "tracing.not_installed"
