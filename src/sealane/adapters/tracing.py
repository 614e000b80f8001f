"""Spans of this process to an OpenTelemetry collector, by OTLP over HTTP; the extra `otel`.

Nothing of OpenTelemetry is imported before a collector is named. What a span tells is the name of
what was done, the number of the request, the statement's digest, and a refusal's code: what an
exception says is never told. A caller's own trace is an attribute and never the parent.
Spec: docs/operators.md "Traces".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sealane.base.errors import Misconfigured, SealaneError, declare

NOT_INSTALLED = declare(
    "tracing.not_installed",
    Misconfigured,
    "`tracing_url` names a collector, and OpenTelemetry is not installed.",
    "`tracing_url` に収集先がありますが、OpenTelemetry がインストールされていません。",
    "Install `sealane[otel]`, or take `tracing_url` out of node.toml.",
    "`sealane[otel]` を入れるか、node.toml から `tracing_url` を除いてください。",
)
TOLD = ("request", "trace", "statement")


def provider(url: str, node: str) -> Any:
    """A tracer provider that sends in batches, apart from whoever makes spans.

    Raises: Misconfigured `tracing.not_installed`.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise NOT_INSTALLED() from None
    made = TracerProvider(
        resource=Resource({"service.name": "sealane", "service.instance.id": node})
    )
    made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{url}/v1/traces")))
    return made


def spans(
    provider: Any, context: Callable[[], Mapping[str, Any]]
) -> Callable[[str], AbstractContextManager[object]]:
    """What begins a span at a provider. Args: context: what the logs tell of the request by now."""
    from opentelemetry.trace import Status, StatusCode

    tracer = provider.get_tracer("sealane")

    @contextmanager
    def span(name: str) -> Iterator[None]:
        about = context()
        told = {f"sealane.{key}": about[key] for key in TOLD if key in about}
        with tracer.start_as_current_span(
            name, attributes=told, record_exception=False, set_status_on_exception=False
        ) as made:
            try:
                yield
            except BaseException as error:
                code = error.code if isinstance(error, SealaneError) else type(error).__name__
                made.set_attribute("sealane.code", code)
                made.set_status(Status(StatusCode.ERROR))
                raise

    return span
