"""The image and what is started from it: what is copied exists, nobody is root, no secret, a health check, closed roots."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import compose_spec
import pytest
from kubernetes_validate import ValidationError, validate

from tests.deploy.shapes import DEPLOY, ROOT, SHAPES, compose, kubernetes, pods, problems

TEXT = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
OBJECTS = kubernetes()
KUBERNETES = "1.34"
"""The version whose published schemas the objects are held against."""
SECRET = re.compile(r"(TOKEN|KEY|SECRET|PASSWORD)$")


def instructions() -> list[tuple[str, str]]:
    """Instruction and arguments of the Containerfile, continued lines joined."""
    text = re.sub(r"\\\n\s*", " ", re.sub(r"^#.*\n", "", TEXT, flags=re.MULTILINE))
    return [
        (word, rest.strip()) for word, _, rest in (line.partition(" ") for line in text.splitlines() if line.strip())
    ]


def test_instructions_are_known_and_what_is_copied_exists_and_is_let_in() -> None:
    known = {
        "ARG",
        "CMD",
        "COPY",
        "ENTRYPOINT",
        "ENV",
        "EXPOSE",
        "FROM",
        "HEALTHCHECK",
        "RUN",
        "STOPSIGNAL",
        "USER",
        "VOLUME",
    }
    assert {word for word, _ in instructions()} <= known | {"WORKDIR"}
    let_in = {line[1:] for line in (DEPLOY / "Containerfile.dockerignore").read_text().splitlines() if line[:1] == "!"}
    copied = [
        source
        for word, rest in instructions()
        if word == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    ]
    assert len(copied) >= 10
    for source in copied:
        assert (ROOT / source).exists(), source
        assert source in let_in or any(name.startswith(f"{source}/") for name in let_in), source


def test_the_image_holds_all_that_the_wheel_is_made_of() -> None:
    built = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    needed = {*built["targets"]["wheel"]["packages"], *built["targets"]["wheel"]["force-include"], "pyproject.toml"}
    copied = {s for word, rest in instructions() if word == "COPY" for s in rest.split()[:-1]}
    assert needed <= copied


def test_extras_that_are_built_are_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = dict(rest.split("=", 1) for word, rest in instructions() if word == "ARG")["EXTRAS"].split(",")
    asked += compose()["services"]["night"]["build"]["args"]["EXTRAS"].split(",")
    assert set(asked) <= set(project["optional-dependencies"])


def test_the_image_runs_as_nobody_and_its_health_check_asks_the_site() -> None:
    users = [rest for word, rest in instructions() if word == "USER"]
    assert users == ["10001:10001"] and TEXT.index("USER ") < TEXT.index("ENTRYPOINT")
    health = next(rest for word, rest in instructions() if word == "HEALTHCHECK")
    assert "http://127.0.0.1:8501/healthz" in health
    assert compose()["services"]["site"]["healthcheck"]["test"][-1] in health, "asked in the same words"
    base = [rest.split(" AS ")[0] for word, rest in instructions() if word == "FROM"]
    assert len(base) == 2 and len(set(base)) == 1, "the environment is moved between like interpreters"


def test_no_secret_is_in_the_image_or_in_a_variable() -> None:
    named = re.findall(r"([A-Z_]+)=", TEXT)
    for service in compose()["services"].values():
        named += service.get("environment", {})
        named += service.get("build", {}).get("args", {})
    named += [e["name"] for _, d in OBJECTS for pod in pods(d) for c in pod["containers"] for e in c.get("env", [])]
    assert "HF_TOKEN_PATH" in named
    assert [name for name in named if SECRET.search(name)] == []


def test_compose_has_known_fields_and_closed_services() -> None:
    document = compose()
    assert problems(document, "Compose") == []
    for name, service in document["services"].items():
        assert service["read_only"] and service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"] and "/tmp" in service["tmpfs"], name
        assert set(service.get("secrets", [])) <= set(document["secrets"]), name
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert source in document["volumes"] or source in ("./backup", "./night.yaml"), name
        if "build" in service:
            assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()


def test_compose_is_what_its_specification_allows() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    assert len(compose_spec.PyCompose.from_yaml(text).services) == 3
    with pytest.raises(ValueError):
        compose_spec.PyCompose.from_yaml(text.replace("restart: unless-stopped", "restart: [sometimes]"))


@pytest.mark.parametrize(("file", "document"), OBJECTS, ids=[f"{f}-{d['kind']}" for f, d in OBJECTS])
def test_an_object_has_known_fields_and_closed_pods(file: str, document: dict[str, Any]) -> None:
    body = {k: v for k, v in document.items() if k not in ("apiVersion", "kind", "metadata")}
    assert problems(body, document["kind"], document["kind"]) == []
    assert problems(document["metadata"], "META", "metadata") == []
    for pod in pods(document):
        assert pod["securityContext"]["runAsNonRoot"] and pod["automountServiceAccountToken"] is False
        volumes = {volume["name"] for volume in pod["volumes"]}
        for container in pod["containers"]:
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
            assert {mount["name"] for mount in container["volumeMounts"]} == volumes
            assert "memory" in container["resources"]["limits"]


def test_an_object_is_what_kubernetes_allows() -> None:
    for _, document in OBJECTS:
        if document["apiVersion"].startswith("ray.io/"):
            for pod in pods(document):
                validate({"apiVersion": "v1", "kind": "Pod", "spec": pod}, KUBERNETES, strict=True)
        else:
            validate(document, KUBERNETES, strict=True)


def test_the_schema_of_kubernetes_refuses_an_unknown_field() -> None:
    pod = next(pod for _, document in OBJECTS for pod in pods(document))
    with pytest.raises(ValidationError):
        validate({"apiVersion": "v1", "kind": "Pod", "spec": {**pod, "nodeSelektor": {}}}, KUBERNETES, strict=True)


def test_names_between_objects_agree() -> None:
    claims = {d["metadata"]["name"] for _, d in OBJECTS if d["kind"] == "PersistentVolumeClaim"}
    maps = {d["metadata"]["name"] for _, d in OBJECTS if d["kind"] == "ConfigMap"}
    volumes = [v for _, d in OBJECTS for pod in pods(d) for v in pod["volumes"]]
    assert {v["persistentVolumeClaim"]["claimName"] for v in volumes if "persistentVolumeClaim" in v} == claims
    assert {v["configMap"]["name"] for v in volumes if "configMap" in v} == maps
    site = next(d for _, d in OBJECTS if d["kind"] == "Deployment")["spec"]["template"]
    service = next(d for _, d in OBJECTS if d["kind"] == "Service")["spec"]
    assert service["selector"].items() <= site["metadata"]["labels"].items()
    probes = site["spec"]["containers"][0]
    assert (probes["livenessProbe"]["httpGet"]["path"], probes["readinessProbe"]["httpGet"]["path"]) == (
        "/_stcore/health",
        "/readyz",
    )


def test_rays_version_is_one_that_is_asked_for() -> None:
    versions = {
        d["spec"].get("rayClusterSpec", d["spec"])["rayVersion"] for _, d in OBJECTS if d["kind"].startswith("Ray")
    }
    assert len(versions) == 1
    pinned = re.search(r"^ray\[\w+\]>=([\d.]+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    if pinned:
        assert versions.pop().startswith(pinned[1])


def test_the_shapes_refuse_what_is_wrong() -> None:
    assert problems({"acessModes": [], "resources": {}}, SHAPES["PersistentVolumeClaim"]["spec!"], "spec") == [
        "spec.accessModes is missing",
        "spec.acessModes is unknown",
    ]
    assert problems({"httpGet": {"path": 1, "port": True}}, "PROBE", "p") == [
        "p.httpGet.path is 1, no string",
        "p.httpGet.port is True, no string | integer",
    ]
