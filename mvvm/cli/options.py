"""Arguments and options of the commands, as Typer declares them."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from mvvm import cpu

_CPUS = "; ".join(f"{architecture}: {', '.join(names)}" for architecture, names in cpu.CPUS.items())
_DEFAULT_CPUS = ", ".join(cpu.BASELINE.values())

# Of `compile`.
Source = Annotated[
    str, typer.Argument(metavar="FILE", help="The module: .wasm, .wat, or - for standard input.", show_default=False)
]
Output = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Where to write, - for standard output. [default: the input's name with .aot, .o or .ll; "
        "standard output for --dump-wasm-view and where the input is standard input]",
        show_default=False,
    ),
]
OptLevel = Annotated[int, typer.Option("--opt-level", "-O", metavar="0-3", help="How hard LLVM optimizes.")]
TargetNames = Annotated[
    list[str] | None,
    typer.Option(
        "--target",
        metavar="ARCH[:CPU]",
        help=f"What to compile for: {', '.join(cpu.CPUS)}, or a Linux triple of these. Repeatable: the file has code "
        "for each. [default: this machine's]",
        show_default=False,
    ),
]
Cpu = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help=f"With one target: the oldest CPU that the code must run on ({_CPUS}), or native: this machine's. "
        f"[default: {_DEFAULT_CPUS}]",
        show_default=False,
    ),
]
CpuFeatures = Annotated[
    str, typer.Option(metavar="LIST", help="Features more or less than --cpu has: +avx512f,-fma.", show_default=False)
]
DisableAuxStackCheck = Annotated[
    bool,
    typer.Option("--disable-aux-stack-check", help="Do not trap where the program's own stack in memory overflows."),
]
CanonicalizeNans = Annotated[
    bool,
    typer.Option(
        "--canonicalize-nans",
        help="Let arithmetic give no NaN but the canonical one: results are then the same on every machine.",
    ),
]
FunctionLevel = Annotated[
    bool,
    typer.Option(
        "--enable-checkpoint",
        help="Make a program that can be stopped after calls (function-level stable points), but not in loops.",
    ),
]
CounterLoop = Annotated[
    bool,
    typer.Option(
        "--enable-counter-loop-checkpoint",
        help="And in loops, in innermost ones once in 2^threshold-bits iterations: the fastest, what to use.",
    ),
]
LoopDirty = Annotated[
    bool,
    typer.Option(
        "--enable-loop-dirty-checkpoint",
        help="And in loops, in those that change memory, globals or tables at each iteration.",
    ),
]
EachLoop = Annotated[
    bool, typer.Option("--enable-loop-checkpoint", help="And in all loops, at each iteration: the slowest.")
]
ThresholdBits = Annotated[int, typer.Option("--threshold-bits", metavar="1-30", help="Of the counter loops.")]
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", "-j", min=1, metavar="N", help="Processes. [default: one a processor]", show_default=False),
]
Emit = Annotated[
    Literal["aot", "obj", "ll"],
    typer.Option(
        help="What to write: the .aot file; the ELF objects that it is linked from (NAME.o, or NAME.0.o, NAME.1.o, "
        "... of a large module); or LLVM's optimized IR."
    ),
]
DumpWasmView = Annotated[
    bool,
    typer.Option(
        "--dump-wasm-view",
        help="For developers: do not compile, but print each instruction with its byte offset in the module, the "
        "types on the operand stack, and the live locals.",
    ),
]
Report = Annotated[bool, typer.Option("--report", help="Print how long each stage took, on standard error.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")]

# Of `run`. What is wrong with a value is found out by mvvm.cli.run: see mvvm.cli.run_options.
ProgramFile = Annotated[
    str, typer.Argument(metavar="FILE", help="The program: .aot, .wasm or .wat.", show_default=False)
]
Args = Annotated[
    list[str] | None,
    typer.Argument(metavar="[--] ARGS", help="The program's arguments, or those of --invoke.", show_default=False),
]
Dirs = Annotated[
    list[str] | None,
    typer.Option(
        "--dir",
        metavar="HOST[::GUEST]",
        help="Let the program use a folder, under the name GUEST. Repeatable.",
        show_default=False,
    ),
]
Env = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME[=VALUE]", help="Set an environment variable, or inherit it. Repeatable.", show_default=False
    ),
]
Invoke = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Call this export instead of _start. ARGS are read as its parameters' types; results are printed, one a "
        "line.",
        show_default=False,
    ),
]
MaxMemory = Annotated[
    str | None,
    typer.Option(
        metavar="SIZE", help="The most that a memory may grow to: bytes, or with K, M or G.", show_default=False
    ),
]
Stdin = Annotated[
    str | None, typer.Option(metavar="FILE", help="What the program reads as standard input.", show_default=False)
]
RunOptLevel = Annotated[
    str | None,
    typer.Option(
        "--opt-level", "-O", metavar="0-3", help="For a module: as in compile. [default: 3]", show_default=False
    ),
]
RunCpu = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="For a module: as in compile. [default: native]", show_default=False),
]

# Of `checkpoint` and `restore`. What is wrong with a trigger is found out by mvvm.cli.triggers.
CheckpointTarget = Annotated[
    str,
    typer.Option(
        "--target",
        "-t",
        metavar="FILE",
        help="The program: an .aot file that was compiled with stable points, or a module, which is compiled so.",
        show_default=False,
    ),
]
RestoreTarget = Annotated[
    str,
    typer.Option(
        "--target",
        "-t",
        metavar="FILE",
        help="The program: an .aot file of the same module, compiled with whatever options, or the module.",
        show_default=False,
    ),
]
Words = Annotated[
    list[str] | None, typer.Argument(metavar="[--] ARGS", help="The program's arguments.", show_default=False)
]
ArgList = Annotated[
    list[str] | None,
    typer.Option(
        "--arg", "-a", metavar="LIST", help="The program's arguments, with commas. Repeatable.", show_default=False
    ),
]
ShortEnv = Annotated[
    list[str] | None,
    typer.Option(
        "--env",
        "-e",
        metavar="NAME[=VALUE]",
        help="Set an environment variable, or inherit it. Repeatable.",
        show_default=False,
    ),
]
ShortDirs = Annotated[
    list[str] | None,
    typer.Option("--dir", "-d", metavar="HOST", help="Let the program use a folder. Repeatable.", show_default=False),
]
MapDirs = Annotated[
    list[str] | None,
    typer.Option(
        "--map-dir",
        "-m",
        metavar="GUEST::HOST",
        help="Let the program use a folder, under the name GUEST. Repeatable.",
        show_default=False,
    ),
]
RemapDirs = Annotated[
    list[str] | None,
    typer.Option(
        "--dir",
        "-d",
        metavar="HOST",
        help="The program's folder of this name is the one of this name here. Repeatable.",
        show_default=False,
    ),
]
RemapMapDirs = Annotated[
    list[str] | None,
    typer.Option(
        "--map-dir",
        "-m",
        metavar="GUEST::HOST",
        help="The program's folder GUEST is HOST here; else folders are where they were. Repeatable.",
        show_default=False,
    ),
]
SnapshotOutput = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Where the snapshot goes. [default: the target's name with .snap]",
        show_default=False,
    ),
]
RestoreOutput = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Where the next snapshot goes. [default: in the place of the old one]",
        show_default=False,
    ),
]
SnapshotFile = Annotated[
    str | None,
    typer.Option(
        "--snapshot",
        "-s",
        metavar="FILE",
        help="The snapshot. [default: the target's name with .snap]",
        show_default=False,
    ),
]
StopFunction = Annotated[
    str | None,
    typer.Option(
        "--function",
        "-f",
        metavar="NAME",
        help="Count only the stable points in this function, by index or name; alone, stop at the first one there.",
        show_default=False,
    ),
]
FunctionCount = Annotated[
    str | None,
    typer.Option(
        "--function-count",
        "-x",
        metavar="N",
        help="Stop at the N-th function-level stable point, that is after a call.",
        show_default=False,
    ),
]
Count = Annotated[
    str | None,
    typer.Option(
        "--count",
        "-c",
        metavar="N",
        help="Stop at the N-th stable point, after a call or in a loop.",
        show_default=False,
    ),
]
After = Annotated[
    str | None,
    typer.Option(
        metavar="TIME", help="Stop after a time: 2s, 500ms, 10m. Alone, a number of seconds.", show_default=False
    ),
]
Every = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="Write a snapshot each time so much time has passed, and leave the program running.",
        show_default=False,
    ),
]
LeaveRunning = Annotated[
    bool, typer.Option("--leave-running", help="The program goes on while a copy of it is written.")
]
TriggerFile = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Stop when this file appears; it is removed then.", show_default=False),
]
Zstd = Annotated[
    str | None,
    typer.Option(
        metavar="1-19",
        help="Compress memory. [default: it is written as it is, and a restore maps it without reading it]",
        show_default=False,
    ),
]
Debug = Annotated[
    bool, typer.Option("--debug", "-i", help="Say what is seen at each stable point that counts; Ctrl-C stops.")
]
Verify = Annotated[
    bool,
    typer.Option("--verify", help="Compare the checksums of all memory first, also where it is large and only mapped."),
]

Prepare = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ARCH,...",
        help="Then compile for these what a restore needs, so that it needs no compiler: see mvvm prepare.",
        show_default=False,
    ),
]

# Of `prepare`.
PreparedSnapshot = Annotated[str, typer.Argument(metavar="SNAPSHOT", help="The snapshot.", show_default=False)]
PrepareProgram = Annotated[
    str | None,
    typer.Option(
        "--aot",
        "-t",
        metavar="FILE",
        help="The program, an .aot file. [default: the snapshot's name with .aot]",
        show_default=False,
    ),
]
PrepareTargets = Annotated[
    list[str] | None,
    typer.Option(
        "--target",
        metavar="ARCH,...",
        help=f"Where it is to go on: {', '.join(cpu.CPUS)}. Repeatable. [default: what the .aot file has code for]",
        show_default=False,
    ),
]

# Of `inspect`.
Inspected = Annotated[
    str,
    typer.Argument(metavar="FILE", help="A snapshot, an .aot file of any machine, .wasm or .wat.", show_default=False),
]
Diff = Annotated[
    str | None,
    typer.Option(
        metavar="OLD",
        help="Print how the snapshot FILE differs from the snapshot OLD. Exit status 1 if it does.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
InspectTarget = Annotated[
    str | None,
    typer.Option(
        "--target",
        metavar="ARCH",
        help="Of an .aot file for several: what is for this one. [default: the first]",
        show_default=False,
    ),
]
FunctionName = Annotated[
    str | None,
    typer.Option(
        "--function",
        metavar="NAME|INDEX",
        help="Disassemble a function; of a module, print its instructions.",
        show_default=False,
    ),
]
