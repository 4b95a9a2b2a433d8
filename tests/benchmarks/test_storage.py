"""The benchmark of the logs' size: longer replies take more, of the same calls."""

from benchmarks.storage import measure


def test_what_a_reply_takes() -> None:
    short, long = ({figure.what: figure.value for figure in measure(12, words)} for words in (20, 2000))
    assert 1.2 * short["size of the logs, a reply"] < long["size of the logs, a reply"]
    assert 2 < short["calls, a reply"] == long["calls, a reply"] < 2 + 13, "each is judged, and some are voted on"
