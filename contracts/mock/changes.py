"""Common ways to change a behaviour: what faults and variants are made of."""

from collections.abc import Callable

from contracts.mock.behaviour import Behaviour
from contracts.mock.messages import Answer, Asked, Refused, Rendered
from contracts.mock.state import Object


def without(said: Object, name: str) -> Object:
    """The same without one member."""
    return {key: value for key, value in said.items() if key != name}


def edit_assets(mock: Behaviour, change: Callable[[Object], Object]) -> None:
    """Change the body of every created asset; what is remembered stays."""
    honest = mock.assets.created

    def created(asset: Object) -> Answer:
        answer = honest(asset)
        answer.body = change(asset)
        return answer

    mock.assets.created = created


def edit_cleared(mock: Behaviour, change: Callable[[Object], Object]) -> None:
    """Change every cleared allocation."""
    mock.allocations.cleared = _edited(mock.allocations.cleared, change)


def edit_released(mock: Behaviour, change: Callable[[Object], Object]) -> None:
    """Change the released allocation in every 422."""
    mock.allocations.released = _edited(mock.allocations.released, change)


def _edited(
    honest: Callable[[Object], Answer], change: Callable[[Object], Object]
) -> Callable[[Object], Answer]:
    def edited(allocation: Object) -> Answer:
        answer = honest(allocation)
        assert isinstance(answer.body, dict)
        inner = answer.body["allocation"]
        assert isinstance(inner, dict)
        answer.body = answer.body | {"allocation": change(inner)}
        return answer

    return edited


def deny(mock: Behaviour, status: int | None, change: Callable[[Answer, Asked], Answer]) -> None:
    """Change the network operations' refusals with this status (None: 401, 403 and 404)."""
    wanted = (401, 403, 404) if status is None else (status,)
    honest = mock.access.denied

    def denied(refused: Refused, asked: Asked) -> Answer:
        answer = honest(refused, asked)
        return change(answer, asked) if refused.status in wanted else answer

    mock.access.denied = denied


def before(mock: Behaviour, early: Callable[[Asked], Answer | None]) -> None:
    """Answer a request at once where `early` has an answer for it."""
    honest = mock.protocol.before

    async def asked_first(asked: Asked) -> Answer | None:
        return early(asked) or await honest(asked)

    mock.protocol.before = asked_first


def after(mock: Behaviour, change: Callable[[Asked, Answer], Answer]) -> None:
    """Change every answer on its way out."""
    honest = mock.protocol.after

    async def changed(asked: Asked, answer: Answer) -> Answer:
        return change(asked, await honest(asked, answer))

    mock.protocol.after = changed


def render(mock: Behaviour, change: Callable[[Asked, Rendered], Rendered]) -> None:
    """Change the bytes of every answer."""
    honest = mock.protocol.render
    mock.protocol.render = lambda asked, answer: change(asked, honest(asked, answer))


def rewrite(mock: Behaviour, change: Callable[[str], str]) -> None:
    """Change the text of every body; its length is declared anew."""

    def rewritten(asked: Asked, answer: Rendered) -> Rendered:
        content = change(b"".join(answer.chunks).decode()).encode()
        headers = answer.headers | ({"content-length": str(len(content))} if content else {})
        return Rendered(answer.status, headers, [content])

    render(mock, rewritten)
