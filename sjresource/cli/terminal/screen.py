"""Text on a terminal of any width, or in a pipe: sentences, and tables with details under a row.

On a terminal, text is wrapped between words, and a URI is never broken. In a pipe, a row and its
details are one line of any length, for `grep` and `awk`. rich finds out whether there is a
terminal, its width and colours, and honours NO_COLOR. Its tables are not used: a cell that spans
the columns, as a row's details do, is something that they don't have.
"""

from __future__ import annotations

import signal
import sys
import textwrap
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console, Group
from rich.text import Text

from sjresource.cli.terminal.table import Cell, Row, fitted_widths
from sjresource.sanitize import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import FrameType

    from sjresource.cli.terminal.table import Column

GAP = "  "
_MIN_NAME_WIDTH = 8
_MIN_TEXT_WIDTH = 20
_SIGNAL = 128
"""What a shell adds to the number of the signal that has ended a program."""


class Screen:
    """Prints sanitized text to a file."""

    def __init__(self, file: IO[str], *, width: int | None = None) -> None:
        self.console = Console(
            file=file, width=width, markup=False, emoji=False, highlight=False, soft_wrap=True
        )

    @property
    def is_live(self) -> bool:
        """Whether lines that are already there can be changed."""
        return self.console.is_terminal and not self.console.is_dumb_terminal

    @property
    def height(self) -> int:
        """The number of the terminal's lines."""
        return self.console.height

    @contextmanager
    def live(self) -> Iterator[Callable[[Sequence[Text]], None]]:
        """Return a function that replaces the lines that it showed before; in the end they vanish.

        Lines are cut at the terminal's edge, since rich would miscount those that go over it. The
        cursor, which is hidden meanwhile, is there again however the process is asked to end.
        """
        from rich.live import Live  # noqa: PLC0415 - only here

        console = Console(file=self.console.file, markup=False, emoji=False, highlight=False)

        def show(lines: Sequence[Text]) -> None:
            for line in lines:
                line.no_wrap, line.overflow = True, "ellipsis"
            display.update(Group(*lines), refresh=True)

        with (
            _exiting_when_told_to_end(),
            Live(console=console, auto_refresh=False, transient=True) as display,
        ):
            yield show

    def print(
        self, text: str, style: str = "", indent: int = 0, hanging: int = 0, *, wrap: bool = True
    ) -> None:
        """Print a sentence. Lines after its first are indented by `hanging` more."""
        self._print(self.lines(Cell(text, style, wrap), indent, hanging))

    def print_lines(self, lines: Sequence[Text]) -> None:
        """Print lines that this screen has made."""
        self._print(lines)

    def print_table(self, headers: Sequence[str], rows: Sequence[Row]) -> None:
        """Print rows under headers."""
        self._print(self.table_lines(headers, rows))

    def print_row(self, cells: Sequence[Cell]) -> None:
        """Print one row of a table whose rows are not all known yet."""
        self._print([_details(cells)])

    def lines(self, cell: Cell, indent: int = 0, hanging: int = 0) -> Iterator[Text]:
        """Return the lines of a sentence."""
        text, margin = plain(cell.text), " " * indent
        if not (self.console.is_terminal and cell.wrap):
            yield Text(margin + text, cell.style)
            return
        for line in textwrap.wrap(
            text,
            max(self.console.width, indent + _MIN_TEXT_WIDTH),
            initial_indent=margin,
            subsequent_indent=margin + " " * hanging,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]:
            yield Text(line, cell.style)

    def table_lines(self, headers: Sequence[str], rows: Sequence[Row]) -> Iterator[Text]:
        """Return the lines of a table."""
        shown = [Row([Cell(header, "bold") for header in headers]), *rows]
        columns = zip(*(row.cells for row in shown), strict=True)
        widths = [max(cell_len(plain(cell.text)) for cell in column) for column in columns]
        if not self.console.is_terminal:
            yield from (_cells(row.cells, widths) + _details(row.details) for row in shown)
            return
        others = sum(widths[1:]) + len(GAP) * len(widths)
        widths[0] = min(widths[0], max(self.console.width - others, _MIN_NAME_WIDTH))
        for row in shown:
            name, *rest = row.cells
            if cell_len(plain(name.text)) > widths[0]:
                yield Text(plain(name.text), name.style)
                name = Cell("")
            yield _cells([name, *rest], widths)
            for cell in row.details:
                yield from self.lines(cell, len(GAP))

    def print_columns(self, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> None:
        """Print a table with a line a row."""
        self._print(self.column_lines(columns, rows))

    def column_lines(
        self, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]
    ) -> Iterator[Text]:
        """Return the lines of a table, each cut so that it has room on the terminal."""
        shown = [[Cell(column.header, "bold") for column in columns], *rows]
        natural = [
            max(cell_len(plain(row[at].text)) for row in shown) for at in range(len(columns))
        ]
        widths = natural
        if self.console.is_terminal:
            widths = fitted_widths(columns, natural, self.console.width, len(GAP))
        for row in shown:
            kept = [(cell, width) for cell, width in zip(row, widths, strict=True) if width]
            cells = [
                cell._replace(text=_cut(plain(cell.text), width, cell.cut)) for cell, width in kept
            ]
            line = _cells(cells, [width for _, width in kept])
            line.rstrip()
            if self.console.is_terminal:
                line.truncate(self.console.width, overflow="ellipsis")
            yield line

    def height_of(self, row: Row) -> int:
        """Return the number of a row's lines if its name fits its column."""
        return 1 + sum(len(list(self.lines(cell, len(GAP)))) for cell in row.details)

    def _print(self, lines: Iterable[Text]) -> None:
        for line in lines:
            line.rstrip()
            self.console.print(line)
        self.console.file.flush()


@contextmanager
def _exiting_when_told_to_end() -> Iterator[None]:
    """Let the signals that end a process be a SystemExit, which undoes what was begun."""

    def leave(number: int, _frame: FrameType | None) -> None:
        sys.exit(_SIGNAL + number)

    before = {
        number: signal.signal(number, leave)
        for number in (signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) != signal.SIG_IGN  # as with nohup
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _cut(text: str, width: int, where: str) -> str:
    """Return a text of at most so many columns, with an ellipsis where it was cut."""
    if cell_len(text) <= width:
        return text
    room = max(width - 1, 0)
    head = {"start": 0, "middle": room // 2, "end": room}[where]
    return f"{_beginning(text, head)}…{_beginning(text[::-1], room - head)[::-1]}"


def _beginning(text: str, width: int) -> str:
    """Return as much of a text as has room."""
    end = 0
    while end < len(text) and (width := width - cell_len(text[end])) >= 0:
        end += 1
    return text[:end]


def _cells(cells: Sequence[Cell], widths: Sequence[int]) -> Text:
    line = Text()
    for cell, width in zip(cells, widths, strict=True):
        text = plain(cell.text)
        line.append(text, cell.style)
        line.append(" " * (width - cell_len(text)) + GAP)
    return line


def _details(details: Sequence[Cell]) -> Text:
    return Text("").join(Text(f"{plain(cell.text)}{GAP}", cell.style) for cell in details)
