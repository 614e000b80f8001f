"""The chart: restricted pods, secrets by mounted files, one process a folder."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.packaging import PACKAGING, unknown_words

CHART = PACKAGING / "helm" / "sealane"
TEMPLATES = sorted((CHART / "templates").glob("*.*"))
HELM = shutil.which("helm")
with_helm = pytest.mark.skipif(HELM is None, reason="no helm here")

IMAGE = {"image.digest": "sha256:" + "5" * 64}
WHOLE = {
    **IMAGE,
    "init": "true",
    "replicas": "0",
    "node.party": "AUS",
    "node.name": "canberra.aus.example",
    "node.peerUrl": "https://lane.aus.example:8443",
    "node.consoleUrl": "https://desk.aus.example",
    "node.founders": "{ana,ben}",
    "node.database": "postgresql:///sealane?service=aus",
    "node.blobs": "s3://aus/items?endpoint=https://s3.example&region=x",
    "secrets.database": "aus-database",
    "secrets.blobs": "aus-blobs",
    "secrets.metrics": "aus-metrics",
    "backup.existingClaim": "aus-backups",
    "serviceMonitor.enabled": "true",
    "networkPolicy.partners": "{203.0.113.4/32}",
}


APART = {**IMAGE, "processes.serve": "3", "processes.work": "2"}


def rendered(values: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [str(HELM), "template", "aus", str(CHART), "--kube-version", "1.30.0"]
    command += [word for pair in values.items() for word in ("--set", "=".join(pair))]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def objects(values: dict[str, str]) -> dict[str, dict[str, Any]]:
    told = rendered(values)
    assert told.returncode == 0, told.stderr
    return {
        f"{one['kind']}/{one['metadata']['name']}": one for one in yaml.safe_load_all(told.stdout)
    }


def pods(found: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The template of every pod."""
    specs = []
    for name, one in found.items():
        spec = one["spec"]
        if name.startswith("CronJob/"):
            spec = spec["jobTemplate"]["spec"]
        if "template" in spec:
            specs.append(spec["template"]["spec"])
    return specs


def test_every_value_that_a_template_reads_is_one_of_the_file() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    read = {
        path
        for file in TEMPLATES
        for path in re.findall(r"\.Values\.([\w.]+)", file.read_text(encoding="utf-8"))
    }
    assert len(read) > 20
    for path in read:
        found: Any = values
        for part in path.split("."):
            assert part in found, path
            found = found[part]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_every_command_of_the_chart_is_one_of_the_program(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    calls = [re.split(r",\s*", one) for one in re.findall(r"args: \[(.*)\]", text)]
    calls += [
        re.findall(r"^\s*- (?:\{\{ printf \")?([\w/.-]+)", block, re.MULTILINE)
        for block in re.findall(r"args:\n((?:\s+(?:- |\{\{).*\n)+)", text)
    ]
    assert bool(calls) == (template.stem in ("_process", "init", "backup"))
    for call in calls:
        for part in ("run", "serve", "work") if "{{ .name }}" in call else ("",):
            words = [part if word == "{{ .name }}" else word for word in call]
            assert unknown_words(words) == []


def test_the_chart_is_of_the_program_s_version() -> None:
    import sealane

    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    assert chart["version"] == chart["appVersion"]
    assert str(chart["appVersion"]).startswith(sealane.__version__)


@with_helm
def test_helm_finds_no_fault() -> None:
    command = [str(HELM), "lint", "--strict", "--kube-version", "1.30.0", str(CHART)]
    command += ["--set", f"image.digest={IMAGE['image.digest']}"]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout


@with_helm
@pytest.mark.parametrize(
    ("values", "count"), [(IMAGE, 1), (WHOLE, 3), (APART, 2)], ids=["least", "whole", "apart"]
)
def test_every_pod_is_restricted(values: dict[str, str], count: int) -> None:
    specs = pods(objects(values))
    assert len(specs) == count
    for spec in specs:
        assert spec["automountServiceAccountToken"] is False
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in spec["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert "@sha256:" in container["image"]
            assert {one["name"] for one in container["env"]} <= {
                "TMPDIR",
                "PGSERVICEFILE",
                "PGPASSFILE",
                "POD",
            }


@with_helm
def test_the_whole_chart_has_what_was_asked_for() -> None:
    found = objects(WHOLE)
    kinds = {name.partition("/")[0] for name in found}
    assert kinds >= {"CronJob", "Job", "NetworkPolicy", "ServiceMonitor", "StatefulSet"}
    claim = found["PersistentVolumeClaim/aus-sealane"]["metadata"]["annotations"]
    assert claim == {"helm.sh/resource-policy": "keep"}
    made = found["Job/aus-sealane-init"]["spec"]["template"]["spec"]["containers"][0]["args"]
    assert "--database=postgresql:///sealane?service=aus" in made
    assert made.count("--founder=ana") == made.count("--founder=ben") == 1
    assert unknown_words(made) == []


@with_helm
def test_a_node_is_asked_where_it_answers_anyone() -> None:
    container = pods(objects(IMAGE))[0]["containers"][0]
    asked = {
        name: container[name]["httpGet"]["path"] for name in ("livenessProbe", "readinessProbe")
    }
    assert asked == {"livenessProbe": "/healthz", "readinessProbe": "/readyz"}


@with_helm
def test_several_serve_and_one_leads_of_those_that_work() -> None:
    found = objects(APART)
    sets = {name: one["spec"] for name, one in found.items() if name.startswith("StatefulSet/")}
    assert {name.rsplit("-", 1)[1]: spec["replicas"] for name, spec in sets.items()} == {
        "serve": 3,
        "work": 2,
    }
    for name, spec in sets.items():
        part = name.rsplit("-", 1)[1]
        container = spec["template"]["spec"]["containers"][0]
        assert container["args"][:2] == ["node", part]
        assert ("readinessProbe" in container) == (part == "serve")
        labels = spec["template"]["metadata"]["labels"]
        assert spec["selector"]["matchLabels"].items() <= labels.items()
        for service in ("peer", "console"):
            chosen = found[f"Service/aus-sealane-{service}"]["spec"]["selector"]
            assert (chosen.items() <= labels.items()) == (part == "serve")
        assert "podAffinity" in spec["template"]["spec"]["affinity"]
    stopped = objects({**APART, "replicas": "0"})
    assert [stopped[name]["spec"]["replicas"] for name in sets] == [0, 0]


@with_helm
@pytest.mark.parametrize(
    "change",
    [
        {"image.digest": ""},
        {"replicas": "2"},
        {"replicas": "1"},
        {"node.peerUrl": ""},
        {"secrets.metrics": ""},
        {"processes.serve": "2"},
        {"processes.work": "1"},
    ],
)
def test_what_would_go_wrong_later_is_refused_now(change: dict[str, str]) -> None:
    assert rendered(WHOLE).returncode == 0
    assert rendered({**WHOLE, **change}).returncode != 0
