# SPDX-License-Identifier: MIT
"""compose/kubernetes/ against the schema of Kubernetes, and against what labelgate needs of it."""

from __future__ import annotations

from typing import Any

import kubernetes_validate
import pytest
import yaml
from engine import ROOT

MANIFEST = ROOT / "compose/kubernetes/app.yaml"
PROBES = ["startupProbe", "readinessProbe", "livenessProbe"]
LABELGATE_TIMEOUT = 5  # seconds, the default


@pytest.fixture(scope="module")
def documents() -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(MANIFEST.read_text()))


@pytest.fixture(scope="module")
def pod(documents: list[dict[str, Any]]) -> dict[str, Any]:
    return documents[0]["spec"]["template"]["spec"]


@pytest.mark.parametrize("number", [0, 1])
def test_the_schema(documents: list[dict[str, Any]], number: int) -> None:
    kubernetes_validate.validate(documents[number], "1.33", strict=True)


def test_the_schema_refuses_what_is_not_in_it(documents: list[dict[str, Any]]) -> None:
    """Negative control: a member that Kubernetes does not know."""
    wrong = {**documents[1], "spec": {**documents[1]["spec"], "selektor": {}}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, "1.33", strict=True)


@pytest.mark.parametrize("probe", PROBES)
def test_each_probe_has_more_time_than_labelgate_takes(pod: dict[str, Any], probe: str) -> None:
    set_up = pod["containers"][0][probe]
    assert set_up["exec"]["command"][:2] == ["/labelgate", "health"]
    assert set_up["timeoutSeconds"] > LABELGATE_TIMEOUT


def test_only_the_liveness_probe_overlooks_an_outage(pod: dict[str, Any]) -> None:
    app = pod["containers"][0]
    assert [probe for probe in PROBES if "healthy" in app[probe]["exec"]["command"]] == ["livenessProbe"]


def test_every_container_is_hardened_and_shows_a_refusal(pod: dict[str, Any]) -> None:
    for container in [*pod["initContainers"], *pod["containers"]]:
        allowed = container["securityContext"]
        assert allowed["readOnlyRootFilesystem"]
        assert not allowed["allowPrivilegeEscalation"]
        assert allowed["capabilities"] == {"drop": ["ALL"]}
        assert container["terminationMessagePolicy"] == "FallbackToLogsOnError"
        names = {variable["name"] for variable in container["env"]}
        assert "LABEL_STUDIO_API_TOKEN" not in names
        assert "LABEL_STUDIO_API_TOKEN_FILE" in names
    assert pod["securityContext"]["runAsNonRoot"]
