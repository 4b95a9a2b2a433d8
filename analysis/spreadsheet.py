"""Text in files that spreadsheets open."""


def inert(text: str) -> str:
    """Text that no spreadsheet takes for a formula: what begins like one is put after an apostrophe."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text
