"""Runs on which something stands between suite and target: said loudly, and kept in the report."""

import ssl

from contracts.mock.embedded import Embedded
from contracts.settings.model import INSECURE
from tests.fixtures.commands import Contracts
from tests.fixtures.proxy import HttpProxy
from tests.fixtures.raw_server import CERTIFICATE, secured_by
from tests.fixtures.tls_front import tls_front
from tests.rough import certificates

SMOKE = ("verify", "--profile", "smoke", "--clauses", "AST-11")


def test_a_proxy_is_named_wherever_a_verdict_is_read(contracts: Contracts, honest: Embedded) -> None:
    """Workers that go past the proxy; a verdict about the proxy's answers that reads like any other; a dry run that leaks."""
    with HttpProxy(wants="me:the-password") as proxy:
        address, through = proxy.url, {"HTTP_PROXY": f"http://me:the-password@{proxy.place}"}
        rehearsed = contracts(*SMOKE, "--dry-run", **honest.variables, **through)
        assert (rehearsed.code, proxy.heads) == (0, [])
        ran = contracts(*SMOKE, "-n", "2", **honest.variables, **through)
        asked = len(proxy.heads)
    notice = f"BASE_URL is asked through the proxy {address}"
    assert ran.code == 0, ran.text
    assert f"note: {notice}" in ran.out
    assert ran.summary["notices"] == [notice]
    assert asked >= ran.summary["requests"] > 0
    for name in ("summary.md", "report.html"):
        assert notice in (ran.report / name).read_text(encoding="utf-8")
    assert "the-password" not in ran.text


def test_unchecked_certificates_are_said_loudly(contracts: Contracts, honest: Embedded) -> None:
    """A verdict about whoever sat between, that reads like any other."""
    with tls_front(honest.address, secured_by(CERTIFICATE)) as url:
        target = {**honest.variables, "BASE_URL": url}
        refused = contracts(*SMOKE, **target)
        ran = contracts(*SMOKE, "--insecure", **target)
    assert (refused.code, "self-signed certificate" in refused.out.replace("self signed", "self-signed")) == (
        2,
        True,
    )
    assert ran.code == 0, ran.text
    assert ran.out.startswith(INSECURE)
    assert ran.summary["notices"] == [INSECURE]


def test_both_sides_prove_who_they_are(contracts: Contracts, honest: Embedded) -> None:
    """An authority or a client certificate that the settings name, and that never gets to the connection."""
    context = secured_by(certificates.path("trusted"))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(certificates.AUTHORITY)
    files = {"CA_FILE": str(certificates.AUTHORITY), "CLIENT_CERT": str(certificates.path("trusted"))}
    with tls_front(honest.address, context) as url:
        ran = contracts(*SMOKE, **{**honest.variables, "BASE_URL": url, **files})
    assert ran.code == 0, ran.text
    assert ran.summary["notices"] == []
