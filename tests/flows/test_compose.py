"""docker-compose.yml, Dockerfile and prefect.yaml, as far as a machine without an engine can tell."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # comes with Prefect, has no types
from fastapi.routing import APIRoute

from flows.cli import app
from flows.deployments import deployments
from pipelines.database import OLDEST_PGVECTOR, OLDEST_POSTGRESQL
from pipelines.settings import load_project
from retrieval.http import health

_ROOT = Path(__file__).parents[2]
_APP = ("migrate", "prefect", "schedule", "serve", "worker")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The composition, parsed."""
    parsed: dict[str, Any] = yaml.safe_load((_ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return parsed


def test_the_database_is_new_enough(compose: dict[str, Any]) -> None:
    """The image is pinned to a pgvector and a PostgreSQL that Freshet accepts."""
    tag = re.fullmatch(r"pgvector/pgvector:(\d+)\.(\d+)\.(\d+)-pg(\d+)", compose["services"]["postgres"]["image"])
    assert tag is not None
    *vector, postgresql = map(int, tag.groups())
    assert tuple(vector) >= OLDEST_PGVECTOR
    assert postgresql >= OLDEST_POSTGRESQL


def test_nothing_is_published_beyond_this_machine(compose: dict[str, Any]) -> None:
    """Whoever wants the world to connect has to say so."""
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_no_secret_stands_in_a_file(compose: dict[str, Any]) -> None:
    """Passwords come from the environment and must be given; none has a default."""
    text = (_ROOT / "docker-compose.yml").read_text(encoding="utf-8") + (_ROOT / "Dockerfile").read_text()
    for name, value in re.findall(r"(\w*(?:PASSWORD|AUTH|TOKEN|SECRET)\w*)[:=]\s+(\S.*)", text):
        assert value.startswith(("${", "/run/secrets/", "POSTGRES_PASSWORD")), name
    required = re.findall(r"\$\{(POSTGRES_PASSWORD|PREFECT_AUTH)([^}]*)", text)
    assert required
    assert all(rest.startswith(":?") for _, rest in required)
    assert "@postgres:5432" in text
    assert not re.search(r"postgresql://\w+:[^@\s]+@", text)


@pytest.mark.parametrize("name", ["postgres", *_APP])
def test_every_service_has_few_rights(compose: dict[str, Any], name: str) -> None:
    """Read-only, without capabilities, as an ordinary user; the application's user is the image's."""
    service = compose["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("user") == ("postgres" if name == "postgres" else None)


def test_every_lasting_service_says_whether_it_is_well(compose: dict[str, Any]) -> None:
    """What others wait for has a health check; what runs once is waited for to its end."""
    services = compose["services"]
    assert {name for name, service in services.items() if "healthcheck" not in service} == {"migrate"}
    for name in ("schedule", "worker"):
        assert services[name]["depends_on"] == {
            "migrate": {"condition": "service_completed_successfully"},
            "prefect": {"condition": "service_healthy"},
        }
    assert services["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}


def test_the_door_is_asked_where_it_listens(compose: dict[str, Any]) -> None:
    """Its health is a route that needs neither a key nor the database, at the port it is given and published by."""
    serve = compose["services"]["serve"]
    port = serve["command"][serve["command"].index("--port") + 1]
    asked = re.search(r"http://127\.0\.0\.1:(\d+)(/\w+)", serve["healthcheck"]["test"][-1])
    assert asked is not None
    assert asked[1] == port
    assert asked[2] in {route.path for route in health.router.routes if isinstance(route, APIRoute)}
    assert [published.rsplit(":", 1)[1] for published in serve["ports"]] == [port]


def test_the_commands_exist(compose: dict[str, Any]) -> None:
    """What a container runs is a command of this version."""
    commands = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    groups = {group.name for group in app.registered_groups}
    for name in ("migrate", "schedule", "serve"):
        first = compose["services"][name]["command"][0]
        assert first in commands | groups


def test_the_image_runs_as_an_ordinary_user_with_pinned_packages() -> None:
    """Base image to the patch release, packages by constraints.txt, and a user that is not root at the end."""
    lines = (_ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    bases = [line.split()[1] for line in lines if line.startswith("FROM ")]
    assert bases
    assert all(re.fullmatch(r"python:3\.11\.\d+-slim-\w+", base) for base in bases)
    assert "--constraint constraints.txt" in "\n".join(lines)
    [user] = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert user.split(":")[0] not in ("0", "root")


def test_what_the_image_copies_is_sent_to_it() -> None:
    """.dockerignore lets through all that the Dockerfile asks for, and nothing a project keeps."""
    let_through = (_ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copies = re.findall(r"^COPY (?!--from)(.+) \S+$", (_ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    for name in " ".join(copies).split():
        assert f"!{name}" in let_through
        assert (_ROOT / name).exists()
    assert "**/.freshet" in let_through


def test_work_pools_get_what_freshet_schedule_serves() -> None:
    """prefect.yaml and the scheduler agree: names, crons, zones, parameters, one run at a time."""
    project = load_project(_ROOT / "examples" / "autocare", environment={})
    served = {f"{one.flow_name}/{one.name}": one for one in deployments(project)}
    parsed = yaml.safe_load((_ROOT / "prefect.yaml").read_text(encoding="utf-8"))
    assert len(parsed["pull"]) == 1
    written = {
        f"{one['entrypoint'].split(':')[1].replace('_', '-')}/{one['name']}": one for one in parsed["deployments"]
    }
    assert set(written) == set(served)
    for name, one in written.items():
        schedules = [(s.schedule.cron, s.schedule.timezone) for s in served[name].schedules or []]  # type: ignore[union-attr]
        assert [(s["cron"], s["timezone"]) for s in one.get("schedules", [])] == schedules
        assert one["concurrency_limit"] == {"limit": 1, "collision_strategy": "CANCEL_NEW"}
        parameters = {**served[name].parameters, "project": "{{ $FRESHET_PROJECT }}"}
        assert one["parameters"] == parameters


def test_compose_itself_accepts_the_file() -> None:
    """Where the plugin exists it has the last word."""
    if (
        shutil.which("docker") is None
        or subprocess.run(["docker", "compose", "version"], capture_output=True).returncode
    ):
        pytest.skip("docker compose is not installed here")
    environment = {**os.environ, "POSTGRES_PASSWORD": "x", "PREFECT_AUTH": "x:y"}
    command = ["docker", "compose", "--file", str(_ROOT / "docker-compose.yml"), "--profile", "workers", "config"]
    done = subprocess.run([*command, "--quiet"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _flow_of(deployment: dict[str, Any]) -> str:
    function: str = deployment["entrypoint"].split(":")[1]
    return function.replace("_", "-")
