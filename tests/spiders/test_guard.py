"""The guard judges the address that is dialled, whichever way the connection is made."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import Any

import pytest
from twisted.internet import endpoints
from twisted.internet.error import ConnectionRefusedError as TwistedConnectionRefused
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.ssl import ClientContextFactory
from twisted.web import client, server
from twisted.web.resource import Resource

from pipelines.records import FreshetError
from spiders.guard import RefusedAddress, guard_reactor, pin_private
from tests.spiders.pages import Answer, serving
from tests.spiders.reactors import ScriptedNames, listening, run_in_reactor

_ends: Any = endpoints  # typed by zope interfaces, which mypy cannot see
_client: Any = client
_Site: Any = server.Site


class _Hello(Resource):
    isLeaf = True

    def render_GET(self, request: Any) -> bytes:
        return b"hello"


_hello: Any = _Hello


def _serve(reactor: Any, port: int = 0) -> int:
    return int(reactor.listenTCP(port, _Site(_hello()), interface="127.0.0.1").getHost().port)


async def _status(reactor: Any, url: str) -> int:
    agent = _client.Agent(reactor, connectTimeout=5, pool=_client.HTTPConnectionPool(reactor, persistent=False))
    response = await agent.request(b"GET", url.encode())
    return int(response.code)


def test_the_exempt_port_answers_and_its_neighbour_is_never_contacted() -> None:
    """allow_private opens one port; another one on the same address gets no connection at all."""
    with listening() as internal:

        async def work(reactor: Any) -> tuple[int, str]:
            port = _serve(reactor)
            guard_reactor(reactor, (f"127.0.0.1:{port}",))
            allowed = await _status(reactor, f"http://127.0.0.1:{port}/")
            with pytest.raises(RefusedAddress) as refused:
                await _status(reactor, f"http://127.0.0.1:{internal.port}/")
            return allowed, str(refused.value)

        status, message = run_in_reactor(work)
        assert status == 200
        assert "loopback" in message
        assert f'allow_private = ["127.0.0.1:{internal.port}"]' in message
        assert internal.contacts() == 0


@pytest.mark.hazard("S1")
def test_a_name_that_rebinds_is_judged_by_the_address_dialled() -> None:
    """DNS answers the allowed address first and a forbidden one next: the second dial is refused."""
    with listening("127.0.0.2") as internal:

        async def work(reactor: Any) -> list[str]:
            port = _serve(reactor, internal.port)
            names = ScriptedNames(shop_example=[["127.0.0.1"], ["127.0.0.2"]])
            reactor.installNameResolver(names)
            guard_reactor(reactor, (f"127.0.0.1:{port}",))
            assert await _status(reactor, f"http://shop.example:{port}/") == 200
            with pytest.raises(RefusedAddress, match=r"127\.0\.0\.2"):
                await _status(reactor, f"http://shop.example:{port}/")
            return names.asked

        assert run_in_reactor(work) == ["shop.example", "shop.example"]
        assert internal.contacts() == 0


@pytest.mark.hazard("S1")
@pytest.mark.parametrize(
    ("dialled", "listens"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.2", "127.0.0.2"),
        ("::1", "::1"),
        ("::ffff:127.0.0.1", "127.0.0.1"),
        ("::ffff:7f00:1", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),
        ("::", "::1"),
    ],
)
@pytest.mark.parametrize("through", ["endpoint", "name", "tcp", "tls"])
def test_no_way_of_connecting_reaches_a_forbidden_address(dialled: str, listens: str, through: str) -> None:
    """Endpoints of literals, resolved names, connectTCP and connectSSL all end in RefusedAddress, undialled."""
    with listening(listens) as internal:

        async def work(reactor: Any) -> None:
            reactor.installNameResolver(ScriptedNames(inner_example=[[dialled]]))
            guard_reactor(reactor, ())
            await _connect(reactor, through, dialled, internal.port)

        with pytest.raises(RefusedAddress):
            run_in_reactor(work)
        assert internal.contacts() == 0


async def _connect(reactor: Any, through: str, address: str, port: int) -> Any:
    plain = Factory.forProtocol(Protocol)
    if through == "name":
        return await _ends.HostnameEndpoint(reactor, "inner.example", port).connect(plain)
    if through == "endpoint":
        endpoint = _ends.TCP6ClientEndpoint if ":" in address else _ends.TCP4ClientEndpoint
        return await endpoint(reactor, address, port).connect(plain)
    wrapping = _ends._WrappingFactory(plain)  # what endpoints give connectTCP
    if through == "tls":
        reactor.connectSSL(address, port, wrapping, ClientContextFactory())
    else:
        reactor.connectTCP(address, port, wrapping)
    return await wrapping._onConnection


def test_a_name_given_to_connect_tcp_unresolved_is_resolved_and_then_judged() -> None:
    """Scrapy's tunnel hands a proxy's name straight to connectTCP: its address is judged all the same."""
    with listening() as internal:

        async def work(reactor: Any) -> None:
            reactor.installNameResolver(ScriptedNames(proxy_example=[["127.0.0.1"]]))
            guard_reactor(reactor, ())
            await _ends.TCP4ClientEndpoint(reactor, "proxy.example", internal.port).connect(
                Factory.forProtocol(Protocol)
            )

        with pytest.raises(RefusedAddress, match=r"127\.0\.0\.1"):
            run_in_reactor(work)
        assert internal.contacts() == 0


def test_several_forbidden_addresses_end_in_one_refusal() -> None:
    """Trying a name's addresses side by side does not hide why none of them was reached."""
    with listening("127.0.0.2") as internal:

        async def work(reactor: Any) -> None:
            reactor.installNameResolver(ScriptedNames(many_example=[["127.0.0.2", "10.0.0.1", "::1"]]))
            guard_reactor(reactor, ())
            await _status(reactor, f"http://many.example:{internal.port}/")

        with pytest.raises(RefusedAddress):
            run_in_reactor(work)
        assert internal.contacts() == 0


def test_a_forbidden_address_beside_an_allowed_one_is_passed_over() -> None:
    """A name with one address we may dial and one we may not is reached by the first alone."""
    with listening("127.0.0.2") as internal:

        async def work(reactor: Any) -> int:
            port = _serve(reactor, internal.port)
            reactor.installNameResolver(ScriptedNames(both_example=[["127.0.0.2", "127.0.0.1"]]))
            guard_reactor(reactor, (f"127.0.0.1:{port}",))
            return await _status(reactor, f"http://both.example:{port}/")

        assert run_in_reactor(work) == 200
        assert internal.contacts() == 0


def test_a_failure_that_is_no_refusal_stays_what_it_is() -> None:
    """An allowed port where nothing listens is a network failure, not a refused address."""
    with listening() as gone:
        port = gone.port

    async def work(reactor: Any) -> int:
        guard_reactor(reactor, (f"127.0.0.1:{port}",))
        return await _status(reactor, f"http://127.0.0.1:{port}/")

    with pytest.raises(TwistedConnectionRefused):
        run_in_reactor(work)


def test_unix_sockets_and_datagrams_are_closed() -> None:
    """A crawl opens nothing but TCP: the reactor's other doors raise."""

    async def work(reactor: Any) -> None:
        guard_reactor(reactor, ())
        for door in (reactor.connectUNIX, reactor.connectUNIXDatagram, reactor.listenUDP, reactor.listenMulticast):
            with pytest.raises(RefusedAddress):
                door("/run/any.sock", Protocol())

    run_in_reactor(work)


def test_a_bad_exemption_is_said_when_the_guard_is_set() -> None:
    """A slip in allow_private stops the crawl before its first request."""

    async def work(reactor: Any) -> None:
        guard_reactor(reactor, ("127.0.0.1",))

    with pytest.raises(FreshetError, match="not host:port"):
        run_in_reactor(work)


def test_literals_and_localhost_are_pinned_as_they_stand() -> None:
    """Nothing needs resolving in an exemption that is an address already."""
    assert pin_private(("127.0.0.1:80", "[::1]:80", "localhost:81")) == ("127.0.0.1:80", "[::1]:80", "localhost:81")


@pytest.mark.parametrize(
    ("resolved", "pinned"),
    [
        (["127.0.0.1"], ("[127.0.0.1]:8080",)),
        (["10.1.1.1", "fd12::5"], ("[10.1.1.1]:8080", "[fd12::5]:8080")),
        (["169.254.169.254", "fd00:ec2::254", "fe80::1%lo", "224.0.0.1", "93.184.216.34"], ()),
        ([], ()),
    ],
)
def test_a_named_exemption_opens_own_networks_only(
    monkeypatch: pytest.MonkeyPatch, resolved: list[str], pinned: tuple[str, ...]
) -> None:
    """A name stands for the loopback and private addresses it has now; metadata services never slip in."""

    def answer(*_: object, **__: object) -> list[Any]:
        if not resolved:
            raise socket.gaierror("no such name")
        return [(0, 0, 0, "", (ip, 0)) for ip in resolved]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    assert pin_private(("intranet.example:8080",)) == pinned


_PROCESS = """
import asyncio, socket, sys, urllib.request
from spiders.guard import RefusedAddress, guard_process
allowed, internal = int(sys.argv[1]), int(sys.argv[2])
guard_process((f"127.0.0.1:{allowed}",))

def refused(work):
    try:
        work()
    except RefusedAddress:
        return True
    return False

socket.create_connection(("127.0.0.1", allowed)).close()
here = ("127.0.0.1", internal)
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
print([
    refused(lambda: socket.create_connection(here)),
    refused(lambda: socket.socket().connect_ex(here)),
    refused(lambda: asyncio.run(asyncio.open_connection(*here))),
    refused(lambda: urllib.request.urlopen(f"http://127.0.0.1:{internal}/")),
    refused(lambda: udp.sendto(b"x", here)),
    refused(lambda: udp.sendmsg([b"x"], [], 0, here)),
])
"""


def test_the_process_guard_stops_sockets_of_other_libraries() -> None:
    """What does not go through Twisted (asyncio, urllib, a bare socket, a datagram) is judged as well."""
    with listening() as allowed, listening() as internal:
        done = subprocess.run(
            [sys.executable, "-c", _PROCESS, str(allowed.port), str(internal.port)],
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.stdout.strip() == str([True] * 6), done.stderr
        assert allowed.contacts() == 1
        assert internal.contacts() == 0


_CRAWL = """
import sys
import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from spiders.guard import SCRAPY_SETTINGS, RefusedAddress, guard_reactor
from tests.spiders.pages import Answer, serving
from tests.spiders.reactors import ScriptedNames

class Names(ScriptedNames):
    def __init__(self, crawler, reactor):
        one, many = [["127.0.0.1"]], [["127.0.0.1", "10.0.0.1"]]
        super().__init__(one_example=one, many_example=many, **{"2130706433": one})
        self.reactor = reactor

    from_crawler = classmethod(lambda cls, crawler, reactor: cls(crawler, reactor))

    def install_on_reactor(self):
        self.reactor.installNameResolver(self)

class Spider(scrapy.Spider):
    name = "one"

    async def start(self):
        for url in sys.argv[2:]:
            yield scrapy.Request(url, callback=self.came, errback=self.failed)

    def came(self, response):
        print("came", response.url)

    def failed(self, failure):
        print(failure.check(RefusedAddress) is not None, failure.request.url)

settings = dict(SCRAPY_SETTINGS) | {"TWISTED_DNS_RESOLVER": Names, "LOG_ENABLED": False, "RETRY_TIMES": 3}
process = AsyncCrawlerProcess(settings)
from twisted.internet import reactor
guard_reactor(reactor, (f"127.0.0.1:{sys.argv[1]}",))
process.crawl(Spider)
process.start()
"""


def test_a_refusal_reaches_scrapys_errback_as_itself() -> None:
    """Neither agents, endpoints, TLS, retries nor Scrapy's own wrapping hide why a request was not made."""
    with listening() as internal, serving({"/": Answer("hello")}) as site:
        urls = [f"http://one.example:{site.port}/"]
        for host in ("one.example", "many.example", "127.0.0.1", "2130706433"):
            urls += [f"http://{host}:{internal.port}/", f"https://{host}:{internal.port}/"]
        done = subprocess.run(
            [sys.executable, "-c", _CRAWL, str(site.port), *urls],
            capture_output=True,
            text=True,
            timeout=60,
            env={"http_proxy": f"http://127.0.0.1:{internal.port}", "PYTHONPATH": "."},
        )
        said = done.stdout.splitlines()
        assert sorted(said) == sorted([f"came {urls[0]}", *(f"True {url}" for url in urls[1:])]), done.stderr
        assert internal.contacts() == 0
