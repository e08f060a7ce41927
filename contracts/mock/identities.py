"""Who the mock knows: two tenants with connections, tokens, keys and balances. All public, made for tests, worth nothing.

The keys are BIP-32 master keys of fixed texts (SHA-256 of `contracts mock, tenant one, public test key` is the first one's seed).
Never send funds to them.
"""

from dataclasses import dataclass

READ = "settlement_network_read"
WRITE = "settlement_network_write"


@dataclass(frozen=True, slots=True)
class Tenant:
    """An enterprise with the keys and connections of its account user."""

    enterprise_id: str
    connection_ids: tuple[str, ...]
    user_id: str
    signing_key: str
    public_key: bytes
    token: str
    read_only_token: str


@dataclass(frozen=True, slots=True)
class Credential:
    """What a bearer token stands for."""

    tenant: Tenant
    scopes: frozenset[str]


FIRST = Tenant(
    enterprise_id="244e5642d6184b076168c3d6a4decc13",
    connection_ids=("11a88e44-0de6-5e08-8b42-1692ec1c0ff4", "9d1c5a07-03d0-5b65-a185-9013fe90bc99"),
    user_id="9a1a689ed8b3ccc327669f5bca371673",
    signing_key=(
        "xprv9s21ZrQH143K36kFZB56dSvu1i1vtmDUnTxkWarNuDaMF9Fe8PsqRQaR5AcRbDW134g7fNgak8gJsQbj4vesoUTb2hLF68Upjy17yt7JbfU"
    ),
    public_key=bytes.fromhex("027aef280b30844bb94afb4181540c0ee0c52e2c68bd92ed87f41575c5650291b4"),
    token="v2xM5Ufzs8n9F3dc87upQszw48HocdNVxgAcuHNtzywksqfoik5UDDdUdWDiTbXb",
    read_only_token="v2xJRA9eA5Ani5tSZ4Imn2NdcntREBfiEgpkuKljN1HGknMWevsdcp8TqaYs9cII",
)
SECOND = Tenant(
    enterprise_id="874df1f46417d5fad120d261cd64d9e6",
    connection_ids=("a8eddfb3-23d7-598c-9ecf-c343a4578027",),
    user_id="c1508f2f3b3aab18c3e6ab713c363795",
    signing_key=(
        "xprv9s21ZrQH143K3FzZR3qNFqqUG8VnS5STqyPsksepoKZK7CSocRxsMmqFjoigpkBfvAEsMwGCerNC4a24vhYWXvFVSpLf1CzTWtKmh62Grz8"
    ),
    public_key=bytes.fromhex("036da633daa344f8c8f258e5ab513a82f75c327c3848e81bd769bb0e5afd66b347"),
    token="v2xyTlTkNB0E1XpyknenSwBLlNY8LcdkYDDoNQUd5hKgauJn8vpBb8Wr0YzcAPWJ",
    read_only_token="v2xyoLuBefHFcMpEjAd799Zx9oDcsuZqoFe7cDlsITGO59lE30NJ1DorHf0IxeFZ",
)
TENANTS = (FIRST, SECOND)
BY_ENTERPRISE = {tenant.enterprise_id: tenant for tenant in TENANTS}
CREDENTIALS = {
    token: Credential(tenant, frozenset(scopes))
    for tenant in TENANTS
    for token, scopes in ((tenant.token, (READ, WRITE)), (tenant.read_only_token, (READ,)))
}

# Balances per tenant, in base units. `hteth` is counted in wei, so its amounts pass 2^64; `tscratch` is small and odd, so that
# a run can use it up and no round number empties it.
BALANCES = {"tbtc": 10**15, "hteth": 10**27 + 7, "tscratch": 1013}


def environment(base_url: str) -> dict[str, str]:
    """The settings under which the suite knows this mock, by the names of its environment variables."""
    return {
        "BASE_URL": base_url,
        "ACCESS_TOKEN": FIRST.token,
        "ENTERPRISE_ID": FIRST.enterprise_id,
        "CONNECTION_ID": FIRST.connection_ids[0],
        "SIGNING_KEY": FIRST.signing_key,
        "CURRENCY": "tbtc",
        "OTHER_ACCESS_TOKEN": SECOND.token,
        "OTHER_ENTERPRISE_ID": SECOND.enterprise_id,
        "OTHER_CONNECTION_ID": SECOND.connection_ids[0],
        "OTHER_SIGNING_KEY": SECOND.signing_key,
        "READ_ONLY_TOKEN": FIRST.read_only_token,
        "SECOND_CONNECTION_ID": FIRST.connection_ids[1],
        "SCRATCH_CURRENCY": "tscratch",
    }
