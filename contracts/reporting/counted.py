"""Counts as people read them: a number, and its noun in the form that goes with it."""


def counted(count: int, one: str, many: str = "") -> str:
    """Such as `1 finding`, `2,000 findings`; `many` where its plural is another one."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"
