"""`mvvm-inspect` of snapshots."""

from __future__ import annotations

import json
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import mvvm
from mvvm.abi.view import AT, Frame, StdioState, View
from mvvm.cli.describe_snapshot import describe_view
from mvvm.cli.diff_snapshots import diff_snapshots, list_diff
from mvvm.cli.list_snapshot import list_snapshot, printable
from mvvm.migrate.snapshot import Snapshot, write_snapshot
from tests.cli.commands import command, environment, fail, run, succeed
from tests.migrate.views import SHA256, example_view, memory_of


def _memory() -> mvvm.Memory:
    return memory_of(3, (0, b"a" * 5000), (100_000, b"b"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "snapshot"
    names = {7: "in\x1bner", 5: "outer"}
    write_snapshot(path, example_view(3), [_memory()], names=names, module_name="example")
    return path


def test_the_text_tells_what_is_in_the_file(path: Path) -> None:
    text = succeed("mvvm-inspect", path).splitlines()
    assert text[0] == "mvvm snapshot"
    for line in (
        f"module SHA-256:  {SHA256.hex()}",
        "module name:     example",
        "frames (2, innermost first):",
        "    0: in\\x1bner (function 7), AT 0x1234",
        "         local 0    i32 -1",
        "         local 3    f64 nan:0x4000000000001",
        "         stack 0    i64 -9223372036854775808 (0x8000000000000000)",
        "         stack 1    externref null",
        "    1: outer (function 5), IN_CALL 0x99",
        "         local 2    v128 0x80000000000000000000000000000001",
        "         stack 0    funcref function 7",
        "         stack 1    f32 -nan:0x400000",
        "memory 0: 3 pages, 196608 bytes, of which 184320 are in pages of zeros; 12288 bytes stored (raw)",
        "  0x00000000  0x2000",
        "  0x00018000  0x1000",
        "  0  funcref    3  2",
        "  1  f32      1.5",
        "  2  funcref  null",
        "dropped data:    0 300",
        "  2  \\xff\\n",
        "  HOME=/home",
        "  1  stdio   standard output  at 17",
        "  3  folder  /                granted from /srv/d\\xffata",
        "  4  folder  //sub",
        "  5  file    //a/b            r append nonblock at 1099511627776 of 1099511627777 bytes",
        "  6  file    /                w removed of 0 bytes",
        "  /old  granted from /srv/old",
        "  1  monotonic         123456789",
        "waited:          77 ns of the interrupted poll_oneoff",
    ):
        assert line in text


def test_the_json_has_it_all(path: Path) -> None:
    about = json.loads(succeed("mvvm-inspect", "--json", path))
    assert (about["kind"], about["format_version"], about["writer"]) == ("snapshot", 1, mvvm.__version__)
    assert (about["file_size"], about["module_sha256"]) == (path.stat().st_size, SHA256.hex())
    frame = about["frames"][0]
    assert (frame["function"], frame["name"], frame["position"], frame["pc"]) == (7, "in\x1bner", "at", 0x1234)
    assert frame["locals"][0] == {"index": 0, "type": "i32", "value": -1, "bits": "0xffffffff"}
    assert about["memories"][0]["extents"] == [{"address": 0, "size": 8192}, {"address": 98304, "size": 4096}]
    assert about["tables"][0]["elements"] == [None, 2, 0xFFFFFFFE]
    assert about["wasi"]["descriptors"][2] == {"number": 2, "kind": "free"}
    assert about["wasi"]["descriptors"][4]["listed"][1] == {"name": "a", "inode": 2, "filetype": 4}
    assert about["wasi"]["args"][2] == "\\xff\n"


def test_a_snapshot_may_come_from_a_pipe(path: Path) -> None:
    expected = succeed("mvvm-inspect", path)
    for pipe in ("-", "/dev/stdin"):
        with path.open("rb") as file:
            assert succeed("mvvm-inspect", pipe, stdin=file) == expected
    done = subprocess.run(
        ["sh", "-c", 'cat "$0" | "$1" /dev/stdin', path, *command("mvvm-inspect")],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == expected


def test_what_cannot_be_inspected(path: Path, tmp_path: Path) -> None:
    assert "there is no code in a snapshot" in fail(2, "mvvm-inspect", "--function", "1", path)
    assert "does not go with" in fail(2, "mvvm-inspect", "--function", "1", "--diff", path, path)
    other = tmp_path / "other"
    other.write_text("(module)")
    assert f"{other}: not a snapshot" in fail(2, "mvvm-inspect", "--diff", path, other)
    assert "missing: No such file" in fail(2, "mvvm-inspect", "--diff", tmp_path / "missing", path)
    contents = path.read_bytes()
    path.write_bytes(contents[:-1])
    assert f"{path}: damaged snapshot: it ends after" in fail(2, "mvvm-inspect", path)
    with path.open("rb") as file:
        assert "-: damaged snapshot: it ends after" in fail(2, "mvvm-inspect", "-", stdin=file)


@pytest.mark.parametrize(
    ("type_", "bits", "value"),
    [
        ("i", 0x80000000, -(1 << 31)),
        ("I", 5, 5),
        ("f", 0x3DCCCCCD, struct.unpack("<f", struct.pack("<f", 0.1))[0]),
        ("f", 0xFF800000, "-inf"),
        ("f", 0x7F800001, "nan:0x1"),
        ("F", 0x8000000000000000, -0.0),
        ("F", 0x7FF0000000000000, "inf"),
        ("F", 0xFFF8000000000000, "-nan:0x8000000000000"),
        ("v", 1, "0x00000000000000000000000000000001"),
        ("r", 0, None),
        ("r", 1, 0),
        ("x", 0, None),
    ],
)
def test_values(type_: str, bits: int, value: object) -> None:
    view = View(SHA256, [], [], [], [(type_, bits)], [], [])
    described = describe_view(view, {})["globals"][0]
    assert described["value"] == value
    assert described["bits"] == f"{bits:#x}"


def test_a_long_list_is_cut() -> None:
    memory = memory_of(60, *((page * 8192, b"x") for page in range(400)))
    view = View(SHA256, [Frame(1, pc, AT, {}, []) for pc in range(1000)], [60], [], [], [], [])
    description = {
        **describe_view(view, {}),
        **dict.fromkeys(("format_version", "writer", "module_sha256", "module_name", "file_size"), ""),
        "memories": [
            {
                "index": 0,
                "pages": 60,
                "page_size": 65536,
                "size": memory.size,
                "zero": 0,
                "encoding": "raw",
                "stored": 0,
            }
            | {"extents": [{"address": page * 8192, "size": 4096} for page in range(400)]}
        ],
    }
    text = list(list_snapshot(description))
    assert len(text) < 250
    assert "  ... 872 more ..." in text
    assert "  ... 336 more ..." in text
    assert "  999: function 1, AT 0x3e7" in text


def test_names_cannot_command_the_terminal() -> None:
    assert printable("a\x1b[2J\n\u202eb\u00e9") == "a\\x1b[2J\\n\\u202eb\u00e9"


def _change_frame(view: View) -> None:
    view.frames[1].locals = {2: ("i", 9), 4: ("i", 1)}


def _pop_frame(view: View) -> None:
    del view.frames[0]


def _change_wasi(view: View) -> None:
    assert view.wasi is not None
    view.wasi.descriptors[1] = StdioState(1, 18)
    view.wasi.descriptors[2] = StdioState(2, None)
    view.wasi.args.append(b"more")


def _no_wasi(view: View) -> None:
    view.wasi = None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            _change_frame,
            [
                "frames[0].locals[2]: v128 0x80000000000000000000000000000001 (0x80000000000000000000000000000001)"
                " -> i32 9 (0x9)",
                "frames[0].locals[4]: absent -> i32 1 (0x1)",
            ],
        ),
        (_pop_frame, ["frames[1]: function 7 inner, at 0x1234 -> absent"]),
        (lambda view: view.globals.__setitem__(0, ("i", 6)), ["globals[0]: i32 5 (0x5) -> i32 6 (0x6)"]),
        (
            lambda view: view.tables[0].elements.__setitem__(0, 10),
            ["tables[0].elements[0]: None -> 9", "tables[0].non_null: 2 -> 3"],
        ),
        (lambda view: view.dropped_data.pop(), ["dropped_data[1]: 300 -> absent"]),
        (
            _change_wasi,
            [
                "wasi.args[3]: absent -> more",
                "wasi.descriptors[1].position: 17 -> 18",
                "wasi.descriptors[2]: number 2, kind free -> number 2, kind stdio, stream standard error, "
                "position None",
            ],
        ),
        (_no_wasi, ["wasi: args ['program', '--flag', '\\\\xff\\n'], environ ['HOME=/home'... -> None"]),
    ],
)
def test_what_differs_is_told(tmp_path: Path, change: Callable[[View], object], expected: list[str]) -> None:
    snapshots = []
    for name in ("old", "new"):
        view = example_view(3)
        if name == "new":
            change(view)
        write_snapshot(tmp_path / name, view, [_memory()], names={7: "inner"})
        snapshots.append(Snapshot.open(tmp_path / name))
    difference = diff_snapshots(*snapshots)
    assert not difference["equal"]
    assert list(list_diff(difference)) == expected


def test_the_same_state_stored_otherwise_does_not_differ(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write_snapshot(other, example_view(3), [_memory()], names={7: "in\x1bner", 5: "outer"}, zstd_level=3)
    assert succeed("mvvm-inspect", "--diff", path, other) == ""
    assert json.loads(succeed("mvvm-inspect", "--json", "--diff", path, other))["equal"] is True


def test_bytes_of_memory_that_differ_are_told(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    memory = memory_of(4, (0, b"a" * 5000), (4095, b"xay"), (200_000, b"b"))
    write_snapshot(other, example_view(4), [memory], names={7: "in\x1bner", 5: "outer"})
    done = run("mvvm-inspect", "--diff", path, other)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        "memories[0].pages: 3 -> 4",
        "memory 0: 4 bytes differ (address, size, how many of them):",
        "  0x00000fff  0x3  2",
        f"  {100_000:#010x}  0x1  1",
        f"  {200_000:#010x}  0x1  1",
    ]
    found = json.loads(run("mvvm-inspect", "--json", "--diff", path, other).stdout)
    assert found["memories"] == [
        {
            "index": 0,
            "differing": 4,
            "extents": [
                {"address": 4095, "size": 3, "differing": 2},
                {"address": 100_000, "size": 1, "differing": 1},
                {"address": 200_000, "size": 1, "differing": 1},
            ],
        }
    ]
