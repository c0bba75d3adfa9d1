"""No spelling of a forbidden address passes, whatever it is wrapped in, and no public one is refused."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.records import FreshetError
from spiders.addresses import RefusedAddress, check_address, check_url, literal_addresses

FORBIDDEN_V4 = [
    "0.0.0.0",
    "0.1.2.3",
    "10.1.2.3",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.0.0.2",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
]
FORBIDDEN_V6 = [
    "::",
    "::1",
    "fe80::1",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "ff0e::1",
    "2001:db8::1",
    "3fff::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1",
    "64:ff9b:1::a00:1",
    "100::1",
    "5f00::1",
    "4000::1",
]
PUBLIC = ["1.1.1.1", "9.9.9.9", "100.63.255.255", "100.128.0.0", "172.32.0.1", "2606:4700:4700::1111", "2a00:1450::1"]


def _wrapped(inner: IPv4Address) -> list[str]:
    number = int(inner)
    return [
        f"::ffff:{inner}",
        str(IPv6Address((0xFFFF << 32) | number)),
        f"::ffff:0:{inner}",
        f"64:ff9b::{inner}",
        str(IPv6Address((0x2002 << 112) | (number << 80))),
        str(IPv6Address((0x2002 << 112) | (number << 80) | 1)),
        f"::{inner}",
    ]


@pytest.mark.parametrize("ip", FORBIDDEN_V4 + FORBIDDEN_V6)
def test_a_forbidden_address_is_refused_with_its_reason(ip: str) -> None:
    """Every network that is not the public internet is refused, by name, with a reason and a way out."""
    with pytest.raises(RefusedAddress, match=r"refused, it is .*allow_private"):
        check_address(ip, 80, ())


@pytest.mark.parametrize("ip", PUBLIC)
def test_a_public_address_passes(ip: str) -> None:
    """Neighbours of refused networks, and ordinary public addresses, may be dialled."""
    check_address(ip, 443, ())


@pytest.mark.hazard("S1")
@given(st.sampled_from(FORBIDDEN_V4), st.integers(1, 65535))
def test_wrapping_a_forbidden_address_changes_nothing(ip: str, port: int) -> None:
    """Mapped, translated, NAT64, 6to4 and compatible forms are judged by the address inside."""
    for wrapped in _wrapped(IPv4Address(ip)):
        with pytest.raises(RefusedAddress):
            check_address(wrapped, port, ())


@given(st.sampled_from(["8.8.8.8", "1.1.1.1", "93.184.216.34"]))
def test_wrapping_a_public_address_leaves_it_public(ip: str) -> None:
    """A network with DNS64 hands out NAT64 addresses for public sites: they must stay reachable."""
    for wrapped in _wrapped(IPv4Address(ip)):
        check_address(wrapped, 443, ())


@given(st.ip_addresses(v=4))
def test_what_python_calls_not_global_is_refused(address: IPv4Address) -> None:
    """Our list is at least as strict as the standard library's."""
    if not address.is_global or address.is_multicast:
        with pytest.raises(RefusedAddress):
            check_address(str(address), 80, ())


@given(st.ip_addresses(v=6))
def test_an_address_outside_global_unicast_is_refused(address: IPv6Address) -> None:
    """IPv6: only 2000::/3, and what carries a public IPv4 address, may be dialled."""
    carriers = ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")
    if address not in IPv6Network("2000::/3") and not any(address in IPv6Network(net) for net in carriers):
        with pytest.raises(RefusedAddress):
            check_address(str(address), 80, ())


@pytest.mark.parametrize("ip", ["localhost", "example.com", "fe80::1%lo", "::1%1", "", "127.1", "0x7f000001"])
def test_what_is_not_a_plain_literal_is_refused_at_the_dial(ip: str) -> None:
    """A name, a scoped or a short form cannot be judged when it is dialled, so it is not dialled."""
    with pytest.raises(RefusedAddress):
        check_address(ip, 80, ("localhost:80",))


def test_an_exemption_is_one_address_and_one_port() -> None:
    """allow_private opens the exact pair, in its IPv4-mapped spelling too, and nothing beside it."""
    for ip in ("127.0.0.1", "::ffff:127.0.0.1"):
        check_address(ip, 8000, ("127.0.0.1:8000",))
    check_address("::1", 8000, ("[::1]:8000",))
    for ip, port in (("127.0.0.1", 8001), ("127.0.0.2", 8000), ("::1", 8000), ("64:ff9b::127.0.0.1", 8000)):
        with pytest.raises(RefusedAddress):
            check_address(ip, port, ("127.0.0.1:8000",))


def test_localhost_in_an_exemption_is_both_loopback_addresses_on_that_port() -> None:
    """RFC 6761: localhost is 127.0.0.1 and ::1, wherever it is asked."""
    check_address("127.0.0.1", 8000, ("localhost:8000",))
    check_address("::1", 8000, ("localhost:8000",))
    with pytest.raises(RefusedAddress):
        check_address("127.0.0.1", 8001, ("localhost:8000",))


@pytest.mark.parametrize("entry", ["127.0.0.1", "127.0.0.1:", ":80", "127.0.0.1:http", "127.0.0.1:0", "h:70000"])
def test_an_exemption_without_host_and_port_is_an_error(entry: str) -> None:
    """A slip in the configuration is said, never read as something wider."""
    with pytest.raises(FreshetError, match="not host:port"):
        check_address("1.1.1.1", 80, (entry,))


DISGUISES = [
    "http://127.0.0.1/",
    "http://127.0.0.2/",
    "http://127.0.0.1./",
    "http://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://017700000001/",
    "http://0177.0.0.1/",
    "http://0x7f000001/",
    "http://0x7f.0x0.0x0.0x1/",
    "http://0x7F.1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://%31%32%37.0.0.1/",
    "http://１２７.0.0.1/",
    "http://①②⑦.0.0.1/",
    "http://127。0。0。1/",
    "http://127.0.0.\u00ad1/",
    "http://localhost/",
    "http://localhost./",
    "http://LOCALHOST:8080/",
    "http://shop.localhost/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:1:2:3:4:5:6]/",
    "http://[fe80::1%25eth0]/",
    "http://[fe80::1%eth0]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/",
    "https://10.0.0.1:8443/",
]


@pytest.mark.hazard("S1")
@pytest.mark.parametrize("url", DISGUISES)
def test_a_forbidden_address_in_a_url_is_refused_in_every_disguise(url: str) -> None:
    """What a browser or the C library would read as a forbidden address is refused before any dial."""
    with pytest.raises(RefusedAddress, match="refused"):
        check_url(url, ("127.0.0.1:8000",))


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "data:text/html,hello",
        "ftp://example.com/x",
        "gopher://example.com/",
        "javascript:alert(1)",
        "//example.com/",
        "example.com",
        "",
        "http://",
        "http:///path",
        "http://user@example.com/",
        "http://user:pass@example.com/",
        "http://a%40b.example/",
        "http://example.com\\@127.0.0.1/",
        "http://example.com\t/",
        "http://exa mple.com/",
        "http://example.com:0/",
        "http://example.com:99999/",
        "http://example.com:x/",
        "http://[::1/",
        "http://[v1.fe]/",
        "http://256.1.1.1/",
        "http://1.2.3.4.5/",
        "http://4294967296/",
        "http://08.0.0.1/",
        "http://foo.1/",
        "http://a%2fb/",
    ],
)
def test_a_url_that_is_not_plain_http_to_one_host_is_refused(url: str) -> None:
    """Other schemes, user names, bad ports and hosts that readers disagree on are refused."""
    with pytest.raises(RefusedAddress, match="refused"):
        check_url(url, ())


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://www.example.com:8443/a?b=c@d#e",
        "http://متجر.example/عروض",
        "http://xn--mgbh0fb.example/",
        "http://3com.example/",
        "http://1.1.1.1/",
        "http://[2606:4700:4700::1111]/",
        "http://127.0.0.1:8000/offers",
        "http://127.1:8000/",
        "http://localhost:8000/",
        "http://nip.127.0.0.1.example/",
    ],
)
def test_a_public_or_exempt_url_passes(url: str) -> None:
    """Names are judged when dialled; literals that are public or exempt pass at once."""
    check_url(url, ("127.0.0.1:8000",))


def test_a_refusal_never_prints_credentials_or_control_characters() -> None:
    """The message names the URL without its user name and password, fit for a terminal."""
    with pytest.raises(RefusedAddress) as refused:
        check_url("http://canary-user:canary-pass@example.com/\x1b[31m", ())
    assert "canary" not in str(refused.value)
    assert "\x1b" not in str(refused.value)


@given(st.integers(0, 2**32 - 1), st.sampled_from(["{}", "{:#x}", "0{:o}"]))
def test_a_number_is_read_as_the_c_library_reads_it(number: int, form: str) -> None:
    """Decimal, hexadecimal and octal hosts are the addresses that getaddrinfo would dial."""
    host = form.format(number)
    assert literal_addresses(host) == (socket.inet_ntoa(socket.inet_aton(host)),)


@given(st.text(max_size=40))
def test_any_text_is_a_url_or_is_refused(text: str) -> None:
    """Nothing but RefusedAddress ever comes out of the check, whatever a page links to."""
    for url in (text, f"http://{text}", f"http://[{text}]/"):
        try:
            check_url(url, ())
        except RefusedAddress:
            continue
