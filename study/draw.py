"""Reproducible chance: a draw depends on what it is for, and on nothing else."""

from hashlib import sha256


def draw(*purpose: object) -> float:
    """A number in [0, 1), uniform over purposes and equal for equal ones, on any machine and in any order of calls."""
    text = "\x1f".join(map(str, purpose))
    return int.from_bytes(sha256(text.encode("utf-8", "surrogatepass")).digest()[:7], "big") / 2**56


def draw_int(low: int, high: int, *purpose: object) -> int:
    """A whole number from low to high, both included."""
    return low + int(draw(*purpose) * (high - low + 1))


def shuffled(size: int, *purpose: object) -> list[int]:
    """The numbers from 0 to size - 1 in a drawn order."""
    return sorted(range(size), key=lambda i: draw(*purpose, i))
