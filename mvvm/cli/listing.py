"""A description of mvvm.cli.describe as text for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mvvm.cli.describe import Description


def listing(description: Description) -> Iterator[str]:
    """The lines of the text."""
    yield from _aot_head(description) if description["kind"] == "aot" else _module_head(description)
    if description["name"]:
        yield field("name", description["name"])
    yield from table("imports", [(i["kind"], f"{i['module']}.{i['name']}", i["type"]) for i in description["imports"]])
    yield from table("exports", [(e["kind"], str(e["index"]), e["name"], e["type"]) for e in description["exports"]])
    for space, unit in (("memories", " (in pages, of 64 KiB if none is named)"), ("tables", ""), ("globals", "")):
        rows = [(str(i["index"]), i["type"], "imported" if i["imported"] else "") for i in description[space]]
        yield from table(space + unit, rows)
    if description["start"] is not None:
        yield field("start function", str(description["start"]))
    place = ".text" if description["kind"] == "aot" else "the module"
    yield from table(
        f"functions (index, name, type, offset in {place}, size in bytes)",
        [(str(f["index"]), f["name"] or "-", f["type"], *_place(f)) for f in description["functions"]],
    )
    with_points = [f for f in description["functions"] if f.get("stable_points")]
    yield from table(
        "stable points (function, its points, of them at loops and after calls)",
        [(str(f["index"]), *_count_points(f["stable_points"])) for f in with_points],
    )


def _aot_head(description: Description) -> Iterator[str]:
    options = description["options"]
    yield "mvvm .aot file"
    yield field("format version", f"{description['format_version']}, by mvvm {description['compiler_version']}")
    yield field("target", description["target"])
    if len(description["architectures"]) > 1:
        yield field("has code for", ", ".join(description["architectures"]))
    yield field("CPU", f"{description['cpu']} ({', '.join(description['cpu_features']) or 'base features only'})")
    check = "on" if options["aux_stack_check"] else "off"
    nans = ", canonical NaNs" if options["canonicalize_nans"] else ""
    yield field("options", f"opt level {options['opt_level']}, aux stack check {check}{nans}")
    yield field("checkpoints", _checkpoints(options, description["stable_points"]))
    intact = "" if description["module_intact"] else " (damaged: the module in the file has another)"
    yield field("module SHA-256", description["module_sha256"] + intact)
    yield field("file size", f"{description['file_size']} bytes")
    yield from table(
        "sections (size in bytes)", [(name, str(size)) for name, size in description["section_sizes"].items()]
    )


def _checkpoints(options: Description, counts: Description) -> str:
    if options["checkpoint"] == "none":
        return "none: compiled without stable points"
    bits = options["threshold_bits"]
    policy = options["checkpoint"] + (f" (2^{bits} iterations)" if bits else "")
    loops, calls, in_code = counts["loops"], counts["calls"], counts["in_code"]
    found = "" if in_code is None else f"; {in_code} of {loops + calls} stand in the code"
    return f"{policy}, {loops} stable points at loops, {calls} after calls{found}"


def _count_points(points: list[Description]) -> tuple[str, str, str]:
    calls = sum(point["kind"] == "call" for point in points)
    return str(len(points)), str(len(points) - calls), str(calls)


def _module_head(description: Description) -> Iterator[str]:
    yield "WebAssembly module"
    yield field("SHA-256", description["module_sha256"])
    yield field("size", f"{description['file_size']} bytes")


def field(name: str, value: str) -> str:
    """A line that says one thing."""
    return f"{name + ':':<16} {value}"


def _place(function: Description) -> tuple[str, ...]:
    if function["imported"]:
        return ("imported",)
    if function["offset"] is None:
        return ("no code of its own",)
    return (f"{function['offset']:#x}", str(function["size"]))


def table(title: str, rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """A title, and the rows below it in columns; nothing where there is no row."""
    if not rows:
        return
    widths = [max(len(row[column]) for row in rows if len(row) > column) for column in range(max(map(len, rows)))]
    yield f"{title}:"
    for row in rows:
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False))
        yield ("  " + "  ".join(cells)).rstrip()
