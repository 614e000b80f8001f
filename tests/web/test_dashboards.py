"""The dashboard and the alert rules that ship name nothing that a node does not tell, and parse."""

import json
import re
import shutil
import subprocess
from string import Formatter

import pytest
import yaml
from click.testing import CliRunner

from sealane.cli.main import cli
from sealane.cli.node.dashboards import FILES, shipped
from tests.web.test_watch import families, served

NAME = re.compile(r"\b(sealane_[a-z_]+|process_[a-z_]+)\b")


def rules():
    return [rule for group in alerts()["groups"] for rule in group["rules"]]


def alerts():
    return yaml.safe_load(shipped("sealane-alerts.yml"))


def dashboard():
    return json.loads(shipped("sealane.json"))


def expressions():
    asked = [one["expr"] for panel in dashboard()["panels"] for one in panel["targets"]]
    return asked + [rule["expr"] for rule in rules()]


def test_every_number_that_is_named_is_told_by_a_node(pair):
    told = {
        name + suffix
        for name, family in families(served(pair)).items()
        for suffix in {"counter": ("_total",), "info": ("_info",)}.get(family.type, ("",))
    }
    named = {name for text in expressions() for name in NAME.findall(text)}
    assert named - told == set()
    ours = {name for name in told if name.startswith("sealane_")}
    shown = named | set(NAME.findall(json.dumps(dashboard()["templating"])))
    assert ours - shown == set(), "a number that nobody is shown"


def test_every_label_that_is_asked_for_is_one_that_the_number_has(pair):
    labels = {}
    for name, family in families(served(pair)).items():
        for one in family.samples:
            labels.setdefault(name, set()).update(one.labels)
    for text in expressions():
        grouped = {
            label.strip()
            for inner in re.findall(r"by \(([^)]*)\)", text)
            for label in inner.split(",")
        } - {"instance"}
        known = set().union(
            *(labels.get(name.removesuffix("_total"), set()) for name in NAME.findall(text))
        )
        empty = {"code", "partner"}  # families that hold nothing at a node where nothing happened
        assert grouped <= known | empty, text


def test_every_alert_says_in_both_languages_what_is_wrong_and_how_bad():
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names)) >= 15
    for rule in rules():
        assert rule["labels"]["severity"] in ("info", "warning", "critical")
        told = rule["annotations"]
        assert re.search(r"[ぁ-ん一-龯]", told["summary_ja"])
        assert not re.search(r"[ぁ-ん一-龯]", told["summary"])
        for text in told.values():
            assert list(Formatter().parse(text.replace("{{", "").replace("}}", "")))


def test_the_panels_of_the_dashboard_do_not_overlap():
    taken = set()
    for panel in dashboard()["panels"]:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells


def test_the_verb_writes_both_files(tmp_path):
    ran = CliRunner().invoke(cli, ["node", "dashboards", str(tmp_path), "--json"])
    assert ran.exit_code == 0, ran.output
    assert [json.loads(ran.output)["files"]] == [[str(tmp_path / name) for name in FILES]]
    assert [(tmp_path / name).read_bytes() for name in FILES] == [shipped(name) for name in FILES]


@pytest.mark.peer
@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_prometheus_itself_reads_the_rules_and_what_the_dashboard_asks(tmp_path, record_property):
    record_property("peer", "Prometheus (promtool)")
    file = tmp_path / "alerts.yml"
    file.write_bytes(shipped("sealane-alerts.yml"))
    ran = subprocess.run(
        ["promtool", "check", "rules", str(file)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert f"{len(rules())} rules found" in ran.stdout
    asked = {f"asked:{n}": text for n, text in enumerate(expressions())}
    recorded = [
        {"record": name, "expr": text.replace("$instance", ".*")} for name, text in asked.items()
    ]
    file.write_text(yaml.safe_dump({"groups": [{"name": "shown", "rules": recorded}]}))
    ran = subprocess.run(
        ["promtool", "check", "rules", str(file)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
