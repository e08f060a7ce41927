"""What a command says of its settings before it asks anything."""

from rich.console import Console
from rich.text import Text

from contracts.settings import Settings
from contracts.settings.model import INSECURE


def tell(console: Console, settings: Settings) -> None:
    """Print what its user should know, and in red that nobody knows whom it asks."""
    for notice in (*settings.notices, *settings.warnings):
        if notice == INSECURE:
            console.print(Text(notice, style="bold red"))
        else:
            console.print(Text(f"note: {notice}", style="yellow"))
