"""What of an answer is searched: all of an honest one, the edges of a huge one."""

# No honest answer is so long. Of 200 kB, searched whole, a run against a target that always answers so took 6 ms each.
SEARCHED_BYTES = 32 * 1024


def edges(body: bytes) -> bytes:
    """A body; of one that is too long its beginning and its end, where pages, traces and echoes stand."""
    if len(body) <= SEARCHED_BYTES:
        return body
    half = SEARCHED_BYTES // 2
    return b"%b\n%b" % (body[:half], body[-half:])
