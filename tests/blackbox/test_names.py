# SPDX-License-Identifier: MIT
"""Name look-up: what the app's C library would find is found, against a name server that can misbehave.

Each test has network and /etc of its own (unshare), so root is needed.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from clock import SLACK
from inside import Outcome, Plan
from standin import TOKEN

HERE = Path(__file__).parent
# Quick: no question is waited for in vain.
QUICK = 0.5


def can_unshare() -> bool:
    tried = subprocess.run(
        ["unshare", "-n", "-m", "sh", "-c", "mount -t tmpfs none /etc && [ -c /dev/net/tun ]"],
        capture_output=True,
        check=False,
    )
    return tried.returncode == 0


pytestmark = pytest.mark.skipif(
    not can_unshare(), reason="needs root: a network and mount namespace of its own"
)

Look = Callable[..., Outcome]


@pytest.fixture
def look(labelgate: Path, world: str) -> Look:
    """look(host, table, ...): `health` against http://HOST:8080; one name server answers by the table."""
    if world != "musl" and "LABELGATE_EMULATED" not in os.environ:
        pytest.skip(f"look-up is judged on the static binary; this is {world}")

    def run(
        host: str, table: dict[str, dict[str, Any]] | None = None, timeout: str = "5s", **plan: Any
    ) -> Outcome:
        environment = {
            "LABEL_STUDIO_URL": f"http://{host}:8080",
            "LABEL_STUDIO_API_TOKEN": TOKEN,
            "LABELGATE_TIMEOUT": timeout,
        }
        servers = [{"table": table}] if table is not None else []
        whole = replace(Plan([str(labelgate), "health"], environment, servers=servers), **plan)
        command = ["unshare", "-n", "-m", sys.executable, str(HERE / "inside.py")]
        done = subprocess.run(
            command, input=whole.text(), capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return Outcome(**json.loads(done.stdout))

    return run


def assert_found(seen: Outcome, within: float = QUICK) -> None:
    assert seen.code == 0 and "[ok]" in seen.out, seen
    assert seen.seconds < within, seen


V4, V6 = ["127.0.0.1"], ["::1"]
FAILURES = ["SERVFAIL", "REFUSED", "NXDOMAIN", "NODATA", "SILENT"]


@pytest.mark.parametrize("failure", FAILURES)
def test_a_answers_and_aaaa_does_not(look: Look, failure: str) -> None:
    """Field case health-name-server-without-aaaa."""
    assert_found(look("label-studio", {"label-studio": {"A": V4, "AAAA": failure}}))


@pytest.mark.parametrize("failure", ["NXDOMAIN", "NODATA"])
def test_aaaa_answers_and_a_does_not(look: Look, failure: str) -> None:
    assert_found(look("label-studio", {"label-studio": {"AAAA": V6, "A": failure}}, listen=["::1"]))


def test_aaaa_is_asked_when_a_leads_nowhere(look: Look) -> None:
    """The IPv4 address refuses, the IPv6 address serves."""
    seen = look("label-studio", {"label-studio": {"A": V4, "AAAA": V6}}, listen=["::1"])
    assert_found(seen)
    assert seen.asked == ["label-studio A", "label-studio AAAA"]


def test_a_dropped_ipv4_leaves_time_for_ipv6(look: Look) -> None:
    seen = look(
        "label-studio", {"label-studio": {"A": ["10.9.9.9"], "AAAA": V6}}, timeout="2s", listen=["::1"]
    )
    assert_found(seen, within=1.0 + QUICK)


def test_a_slow_ipv4_alone_gets_the_rest_of_the_time(look: Look) -> None:
    seen = look("label-studio", {"label-studio": {"A": ["10.9.9.9"]}}, timeout="1s")
    assert seen.code == 1 and "[timeout]" in seen.out, seen
    assert "connecting to 10.9.9.9" in seen.out
    assert 0.9 < seen.seconds < 1.0 + SLACK


def test_one_of_two_addresses_serves(look: Look) -> None:
    assert_found(look("label-studio", {"label-studio": {"A": ["127.0.0.9", "127.0.0.1"]}}))


def test_one_of_two_addresses_is_dropped(look: Look) -> None:
    assert_found(look("label-studio", {"label-studio": {"A": ["10.9.9.9", "127.0.0.1"]}}), within=1.0)


def test_refused_everywhere_names_the_addresses(look: Look) -> None:
    seen = look("label-studio", {"label-studio": {"A": V4, "AAAA": V6}}, listen=[])
    assert seen.code == 1 and "[connection_refused]" in seen.out, seen
    assert "127.0.0.1" in seen.out and "::1" in seen.out
    assert "this container itself" not in seen.out
    assert seen.seconds < QUICK


def test_refused_and_no_ipv6_is_still_refused(look: Look) -> None:
    seen = look("label-studio", {"label-studio": {"A": V4}}, listen=[])
    assert "[connection_refused]" in seen.out and seen.seconds < QUICK, seen


ROUTES = {
    "192.0.2.1": ("", "no route to its network"),
    "[2001:db8::1]": ("", "no route to its network"),
    "10.9.8.7": ("route add unreachable 10.9.8.0/24", "no route to host"),
    "10.9.7.7": ("route add prohibit 10.9.7.0/24", "firewall"),
}


@pytest.mark.parametrize("host", ROUTES)
def test_no_way_to_the_address(look: Look, host: str) -> None:
    route, words = ROUTES[host]
    seen = look(host, routes=[route] if route else [])
    assert seen.code == 1 and "[unreachable]" in seen.out, seen
    assert words in seen.out and host in seen.out and seen.seconds < QUICK


def test_no_way_to_either_family(look: Look) -> None:
    seen = look("label-studio", {"label-studio": {"A": ["192.0.2.1"], "AAAA": ["2001:db8::1"]}})
    assert seen.code == 1 and "[unreachable]" in seen.out, seen
    assert "192.0.2.1" in seen.out and "2001:db8::1" in seen.out


# ---- The search list -------------------------------------------------------------------------------------

SEARCH = "nameserver 127.0.0.1\nsearch first.example second.example\n"


@pytest.mark.parametrize("failure", ["NODATA", "NXDOMAIN"])
def test_the_search_list_goes_on(look: Look, failure: str) -> None:
    table = {
        "label-studio.first.example": {"A": failure, "AAAA": failure},
        "label-studio.second.example": {"A": V4},
    }
    seen = look("label-studio", table, resolv_conf=SEARCH)
    assert_found(seen)
    assert seen.hosts == ["label-studio:8080"]


def test_a_name_as_it_stands_comes_last(look: Look) -> None:
    seen = look("label-studio", {"label-studio": {"A": V4}}, resolv_conf=SEARCH)
    assert_found(seen)
    assert [question.split()[0] for question in seen.asked if question.endswith(" A")] == [
        "label-studio.first.example",
        "label-studio.second.example",
        "label-studio",
    ]


def test_a_name_with_a_dot_comes_first_as_it_stands(look: Look) -> None:
    assert_found(look("studio.example", {"studio.example": {"A": V4}}, resolv_conf=SEARCH))
    seen = look("studio.sub", {"studio.sub.second.example": {"A": V4}}, resolv_conf=SEARCH)
    assert_found(seen)
    assert seen.asked[0] == "studio.sub A"


def test_ndots(look: Look) -> None:
    """As in a Kubernetes pod."""
    conf = (
        "nameserver 127.0.0.1\nsearch ns.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n"
    )
    seen = look("studio.other", {"studio.other.svc.cluster.local": {"A": V4}}, resolv_conf=conf)
    assert_found(seen)
    assert seen.asked[0] == "studio.other.ns.svc.cluster.local A"
    assert seen.asked[-1] == "studio.other.svc.cluster.local A"


def test_a_final_dot_skips_the_list(look: Look) -> None:
    table = {"label-studio": {"A": V4}, "label-studio.first.example": {"A": ["127.0.0.9"]}}
    seen = look("label-studio.", table, resolv_conf=SEARCH)
    assert_found(seen)
    assert seen.asked == ["label-studio A"]


CLUSTER = (
    "nameserver 127.0.0.1\nsearch ns.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n"
)


@pytest.mark.parametrize("failure", ["SERVFAIL", "SILENT", "REFUSED"])
@pytest.mark.parametrize(
    ("conf", "fails", "exists"),
    [
        (SEARCH, ["label-studio.first.example"], "label-studio.second.example"),
        (SEARCH, ["label-studio.first.example", "label-studio.second.example"], "label-studio"),
        (SEARCH, ["label-studio.second.example"], "label-studio"),
        (CLUSTER, ["label-studio.ns.svc.cluster.local"], "label-studio"),
        (
            CLUSTER,
            [f"label-studio.{end}" for end in ("ns.svc.cluster.local", "cluster.local")],
            "label-studio",
        ),
    ],
)
@pytest.mark.parametrize("verb", ["health", "run"])
def test_no_candidate_keeps_another_from_being_asked(
    look: Look, labelgate: Path, failure: str, conf: str, fails: list[str], exists: str, verb: str
) -> None:
    """Field case net-servfail-ends-the-search: musl takes SERVFAIL for silence."""
    table: dict[str, dict[str, Any]] = {name: {"A": failure, "AAAA": failure} for name in fails}
    table[exists] = {"A": V4}
    command = {
        "run": [str(labelgate), "run", "--wait", "2s", "--", "/bin/true"],
        "health": [str(labelgate), "health"],
    }
    seen = look("label-studio", table, timeout="2s", resolv_conf=conf, command=command[verb])
    assert seen.code == 0, seen
    assert seen.seconds < 2, seen


@pytest.mark.parametrize("failure", ["SERVFAIL", "SILENT"])
def test_a_candidate_without_an_answer_is_named(look: Look, failure: str) -> None:
    """None of them exists: the one that was not answered for is named, with the way out."""
    table = {"label-studio.first.example": {"A": failure, "AAAA": failure}}
    seen = look("label-studio", table, timeout="1s", resolv_conf=SEARCH)
    assert seen.code == 1 and "[timeout]" in seen.out, seen
    assert "label-studio.first.example" in seen.out and "(label-studio.)" in seen.out
    assert 0.9 < seen.seconds < 1.0 + SLACK


# ---- Servers ---------------------------------------------------------------------------------------------

TWO = "nameserver 127.0.0.2\nnameserver 127.0.0.1\n"
KNOWN = {"label-studio": {"A": V4}}


def test_the_first_of_two_servers_is_silent(look: Look) -> None:
    servers = [{"table": KNOWN, "address": "127.0.0.2", "silent": True}, {"table": KNOWN}]
    assert_found(look("label-studio", resolv_conf=TWO, servers=servers))


def test_the_first_of_two_servers_is_gone(look: Look) -> None:
    assert_found(look("label-studio", KNOWN, resolv_conf=TWO))


def test_the_first_of_two_servers_is_dropped(look: Look) -> None:
    assert_found(look("label-studio", KNOWN, resolv_conf="nameserver 10.9.9.9\nnameserver 127.0.0.1\n"))


def test_no_server_answers(look: Look) -> None:
    servers = [{"table": {}, "silent": True}]
    seen = look("label-studio", timeout="1s", servers=servers)
    assert seen.code == 1 and "[timeout]" in seen.out and "looking up the name" in seen.out, seen
    assert 0.9 < seen.seconds < 1.0 + SLACK


def test_packets_to_the_server_are_dropped(look: Look) -> None:
    seen = look("label-studio", timeout="700ms", resolv_conf="nameserver 10.9.9.9\n")
    assert seen.code == 1 and "[timeout]" in seen.out, seen
    assert 0.6 < seen.seconds < 0.7 + SLACK


@pytest.mark.parametrize(
    ("verb", "questions"),
    [
        (["check"], 2),
        (["token", "--login", "--print"], 1),
        (["run", "--wait", "700ms", "--", "/bin/true"], 1),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_each_verb_keeps_the_deadline(look: Look, labelgate: Path, verb: list[str], questions: int) -> None:
    """The C library's look-up knows no limit. `check` asks two questions, with the whole limit for each."""
    variables = {
        "LABEL_STUDIO_URL": "http://label-studio:8080",
        "LABEL_STUDIO_API_TOKEN": TOKEN,
        "LABEL_STUDIO_USERNAME": "a@example.com",
        "LABEL_STUDIO_PASSWORD": "p",
        "LABELGATE_TIMEOUT": "700ms",
    }
    seen = look(
        "label-studio",
        resolv_conf="nameserver 10.9.9.9\nsearch first.example\n",
        command=[str(labelgate), *verb],
        environment=variables,
    )
    assert seen.code != 0 and "looking up the name" in seen.out, seen
    assert 0.6 < seen.seconds < questions * 0.7 + SLACK


def test_a_truncated_answer_is_asked_again_over_tcp(look: Look) -> None:
    many = [f"127.0.1.{number}" for number in range(60)]
    seen = look("label-studio", {"label-studio": {"A": [*V4, *many], "TRUNCATED": True}})
    assert_found(seen)
    assert "label-studio A tcp" in seen.asked


def test_tcp_that_never_answers(look: Look) -> None:
    seen = look("label-studio", {"label-studio": {"A": "SILENT", "TRUNCATED": True}}, timeout="1s")
    assert seen.code == 1 and "[timeout]" in seen.out and "looking up the name" in seen.out, seen
    assert "label-studio A tcp" in seen.asked and 0.9 < seen.seconds < 1.0 + SLACK


def test_a_chain_of_names(look: Look) -> None:
    table = {"label-studio": {"CNAME": "studio.example"}, "studio.example": {"A": V4}}
    assert_found(look("label-studio", table))


def test_an_unknown_name(look: Look) -> None:
    seen = look("label-sutdio", KNOWN, resolv_conf=SEARCH)
    assert seen.code == 1 and "[name_unresolved]" in seen.out, seen
    assert "label-sutdio.first.example" in seen.out
    assert seen.seconds < QUICK


# ---- Without a name server -------------------------------------------------------------------------------


@pytest.mark.parametrize("resolv_conf", [None, "nameserver 10.9.9.9\n"], ids=["no file", "deaf server"])
@pytest.mark.parametrize("host", ["label-studio", "LABEL-studio", "label-studio."])
def test_the_hosts_file(look: Look, host: str, resolv_conf: str | None) -> None:
    hosts = "127.0.0.1\tlocalhost\n# 10.0.0.1 label-studio\n127.0.0.1   studio label-studio # the server\n"
    seen = look(host, resolv_conf=resolv_conf, hosts=hosts)
    assert_found(seen)
    assert seen.asked == []


def test_the_hosts_file_has_both_families(look: Look) -> None:
    hosts = "::1 label-studio\n127.0.0.1 label-studio\n"
    for listen in (["127.0.0.1"], ["::1"]):
        assert_found(look("label-studio", resolv_conf=None, hosts=hosts, listen=listen))


@pytest.mark.parametrize("listen", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("host", ["localhost", "studio.localhost"])
def test_localhost_needs_nobody(look: Look, host: str, listen: str) -> None:
    assert_found(look(host, resolv_conf=None, listen=[listen]))


def test_no_resolv_conf_and_a_server_here(look: Look) -> None:
    """resolv.conf(5): without one the server is on this machine."""
    assert_found(look("label-studio", KNOWN, resolv_conf=None))


def test_dockers_own_server(look: Look) -> None:
    """127.0.0.11, and the options that Docker writes."""
    servers = [{"table": KNOWN, "address": "127.0.0.11"}]
    conf = "nameserver 127.0.0.11\nsearch lan\noptions edns0 trust-ad ndots:0\n"
    assert_found(look("label-studio", resolv_conf=conf, servers=servers))


def test_the_name_server_can_tell_wrong_from_right(look: Look) -> None:
    """Control: an address where nobody listens is not found to be well."""
    seen = look("label-studio", {"label-studio": {"A": ["127.0.0.9"]}})
    assert seen.code == 1 and not re.search(r"\[ok\]", seen.out)


# ---- --app-url: a look-up cannot be interrupted, so each end has a process of its own ----------------


@pytest.mark.parametrize(
    ("app_host", "says"),
    [("app", "app"), ("10.9.9.9", "connecting")],
    ids=["a mute name server", "a network that drops everything"],
)
@pytest.mark.parametrize("unreachable", ["unhealthy", "healthy"])
def test_an_app_that_cannot_be_found_does_not_hide_a_refused_token(
    look: Look, app_host: str, says: str, unreachable: str
) -> None:
    environment = {
        "LABEL_STUDIO_URL": "http://127.0.0.1:8080",
        "LABEL_STUDIO_API_TOKEN": TOKEN[::-1],
        "LABELGATE_APP_URL": f"http://{app_host}:8000/health",
        "LABELGATE_TIMEOUT": "900ms",
        "LABELGATE_UNREACHABLE": unreachable,
    }
    table = {"app": {"A": "SILENT", "AAAA": "SILENT"}}
    seen = look("", table, environment=environment)
    assert seen.code == 1 and seen.out.startswith("unhealthy [token_unknown]"), seen
    assert "note: also [app_unreachable]" in seen.out and seen.seconds < 0.9 + SLACK, seen
    right = look("", table, environment={**environment, "LABEL_STUDIO_API_TOKEN": TOKEN})
    assert right.code == 1 and right.out.startswith("unhealthy [app_unreachable]"), right
    assert says in right.out and "also [" not in right.out and right.seconds < 0.9 + SLACK, right


def test_a_label_studio_that_cannot_be_found_does_not_hide_an_ill_app(look: Look) -> None:
    environment = {
        "LABEL_STUDIO_URL": "http://label-studio:8080",
        "LABEL_STUDIO_API_TOKEN": TOKEN,
        "LABELGATE_APP_URL": "http://127.0.0.1:8080/",
        "LABELGATE_TIMEOUT": "900ms",
        "LABELGATE_UNREACHABLE": "healthy",
    }
    table = {"label-studio": {"A": "SILENT", "AAAA": "SILENT"}}
    seen = look("", table, environment=environment)
    assert seen.code == 1 and seen.out.startswith("unhealthy [app_status]"), seen
    assert re.search(r"note: also \[(timeout|name_unresolved)\]", seen.out), seen
    assert seen.seconds < 0.9 + SLACK
