"""A finding's requests as a shell script: curl, with fresh names and a fresh signature, that runs when it is pasted."""

import base64
import gzip
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts.recipes.names import DIGITS, NAME, RUN
from contracts.recipes.recipe import Signing, Step

# Linux takes arguments of up to 128 KiB; longer bodies come out of gzip.
_LONGEST_ARGUMENT = 64 * 1024
_MAKE = {
    RUN: f"""{RUN}=CT$(od -An -N5 -tx1 /dev/urandom | tr -d ' \\n' | tr a-f A-F | cut -c1-9)""",
    DIGITS: f"""{DIGITS}=$(printf '1%011d' "$(od -An -N4 -tu4 /dev/urandom | tr -d ' \\n')")""",
}
# What curl adds by itself, and a request that does not have it must not have.
_UNASKED = ("Accept", "Content-Type", "User-Agent")


def as_curl(finding: Mapping[str, Any], steps: Sequence[Step]) -> str:
    """The script; POSIX sh, with `contracts sign` where something is signed."""
    needs = ["BASE_URL", *sorted(_variables(steps) - {RUN, DIGITS})]
    signs = any(step.sign is not None for step in steps)
    keys = sorted({step.sign.key for step in steps if step.sign is not None})
    alone = finding["recipe"]["judge"]["by"] != "question"
    lines = [
        f"# {finding['clause']}  {finding['title']}",
        *(
            ()
            if alone
            else ("# These requests alone may not show it; `contracts replay` asks the whole question.",)
        ),
        f"# Set {', '.join([*needs, *keys])}{'; `contracts` signs' if signs else ''}.",
        *(made for name, made in _MAKE.items() if name in _variables(steps)),
    ]
    for number, step in enumerate(steps):
        lines.append(_command(step) + (" &" if step.burst is not None else ""))
        following = steps[number + 1].burst if number + 1 < len(steps) else None
        if step.burst is not None and following != step.burst:
            lines.append("wait")
    return "\n".join(lines) + "\n"


def _variables(steps: Sequence[Step]) -> set[str]:
    texts = [
        text
        for step in steps
        for text in (step.target, step.body or "", *(value for _, value in step.headers))
    ]
    return {found.group(1) for text in texts for found in NAME.finditer(text)}


def _command(step: Step) -> str:
    origin = '"${ASSETS_BASE_URL:-$BASE_URL}"' if step.api == "asset-pricing" else '"$BASE_URL"'
    # A server that never ends its answer is one of the bugs to show: -m.
    parts = ["curl -sS -i -m 30 -w '\\n' --globoff --path-as-is"]
    parts.append("--head" if step.method == "HEAD" else f"-X {shlex.quote(step.method)}")
    parts.append(origin + _quoted(step.target))
    parts += [f"-H {_header(name, value)}" for name, value in step.headers]
    present = {name.lower() for name, _ in step.headers}
    parts += [f"-H '{name}:'" for name in _UNASKED if name.lower() not in present]
    if step.body is None:
        return " ".join(parts)
    plain = step.encoding == "utf-8" and "\0" not in step.body and len(step.body) < _LONGEST_ARGUMENT
    if plain and step.sign is None:
        return " ".join([*parts, f"--data-binary {_quoted(step.body)}"])
    source = f"printf %s {_quoted(step.body)}" if plain else _unpacked(step)
    sign = [f"contracts sign --body{_options(step.sign)}"] if step.sign is not None else []
    return " | ".join([source, *sign, " ".join([*parts, "--data-binary @-"])])


def _header(name: str, value: str) -> str:
    return _quoted(f"{name}: {value}") if value else shlex.quote(f"{name};")


def _options(sign: Signing) -> str:
    options = "" if sign.key == "SIGNING_KEY" else f" --key {sign.key}"
    return options + (f" --forged {shlex.quote(sign.forged)}" if sign.forged else "")


def _unpacked(step: Step) -> str:
    """The body out of base64 and gzip, with names filled in by sed: no argument could hold it."""
    assert step.body is not None  # the caller has looked
    packed = base64.b64encode(
        gzip.compress(step.body.encode(step.encoding, "surrogatepass"), mtime=0)
    ).decode()
    names = {found.group(): found for found in NAME.finditer(step.body)}
    fills = [f"-e 's/{_basic(name)}/'{_shell(found)}/g" for name, found in names.items()]
    source = f"printf %s {packed} | base64 -d | gzip -dc"
    return f"{source} | LC_ALL=C sed {' '.join(fills)}" if fills else source


def _basic(name: str) -> str:
    """A name as a basic regular expression."""
    return re.sub(r"([$\[\].*^])", r"\\\1", name)


def _quoted(text: str) -> str:
    """A shell word in which nothing but names means anything to the shell."""
    return "".join(_words(text)) or "''"


def _words(text: str) -> Iterator[str]:
    at = 0
    for found in NAME.finditer(text):
        if found.start() > at:
            yield shlex.quote(text[at : found.start()])
        yield _shell(found)
        at = found.end()
    if at < len(text):
        yield shlex.quote(text[at:])


def _shell(found: re.Match[str]) -> str:
    """The shell's word for a name."""
    name, case, begin, end = found.groups()
    if case is None and begin is None:
        return f'"${name}"'
    change = f".{case}()" if case is not None else f"[{begin}:{end}]"
    return f'"$(printf %s "${name}" | python3 -c \'import sys; sys.stdout.write(sys.stdin.read(){change})\')"'
