"""Entry points of all commands. Typer parses, and hands back what is to be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from mvvm.cli import options as cli
from mvvm.cli.compile import CompileRequest, compile_file, parse_targets
from mvvm.cli.ending import run_to_end
from mvvm.cli.inspect import diff_files, inspect_file
from mvvm.cli.run_options import RunOptions
from mvvm.errors import UsageError
from mvvm.options import CompileOptions, Policy
from mvvm.version import __version__

Action = Callable[[str], int]  # gets the name of the command, for messages; returns the exit status

_COMPILE_EXAMPLES = """
  mvvm-compile app.wasm                             writes app.aot
  mvvm-compile --enable-counter-loop-checkpoint app.wasm
  mvvm-compile --target x86_64 --target aarch64 app.wasm     one file that runs on both
  mvvm-compile --cpu native -O 2 --report app.wasm
  cat app.wat | mvvm-compile - > app.aot
"""
_RUN_EXAMPLES = """
  mvvm-run app.aot -- --verbose input.txt
  mvvm-run --dir . --dir /tmp/data::/data --env HOME app.aot
  mvvm-run --invoke gcd math.wat 12 18
"""
_CHECKPOINT_EXAMPLES = """
  mvvm-checkpoint -t app.aot -x 10                  at the 10th function-level stable point; writes app.snap
  mvvm-checkpoint -t app.aot --after 2s -d . -- input.txt
  mvvm-checkpoint -t app.aot --every 10m            again and again, while the program runs on
  mvvm-checkpoint -t app.aot --prepare x86_64,aarch64
  mvvm-checkpoint -t app.aot & kill -USR1 $!
"""
_RESTORE_EXAMPLES = """
  mvvm-restore -t app.aot                           goes on from app.snap
  mvvm-restore -t app.aot -s other.snap --map-dir data::/mnt/data
  mvvm-restore -t app.aot --after 2s                and stops again
"""
_PREPARE_EXAMPLES = """
  mvvm-prepare app.snap                             for what app.aot has code for; makes app.prepared/
  mvvm-prepare app.snap -t lib/app.aot --target x86_64,aarch64
"""
_INSPECT_EXAMPLES = """
  mvvm-inspect app.aot
  mvvm-inspect --function main app.aot
  mvvm-inspect --diff before.snapshot after.snapshot
  mvvm-inspect --json app.aot | jq '.functions[] | select(.size > 10000) | .name'
"""
_OWN_STATUS = "  0    success"
_INSPECT_STATUS = _OWN_STATUS + "\n  1    --diff: the snapshots differ"
_GUEST_STATUS = """  the program's own, 0 to 125; 1 where it is greater
  134  the program trapped, or threw an exception that nothing catches"""
_STOPPED_STATUS = "  0    the program was stopped, and its snapshot is whole; else as it ended:\n" + _GUEST_STATUS
_STATUSES = """
  2    a file or an argument cannot be used
  3    the machine failed: no memory, disk full
  70   a bug of mvvm
  130  interrupted
"""
# The guest's arguments may look like options.
_UP_TO_FILE = {"allow_interspersed_args": False}


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mvvm {__version__}")
        raise typer.Exit


_Version = Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)]


def compile_command(
    source: cli.Source,
    output: cli.Output = None,
    opt_level: cli.OptLevel = CompileOptions.opt_level,
    target: cli.TargetNames = None,
    cpu: cli.Cpu = None,
    cpu_features: cli.CpuFeatures = "",
    disable_aux_stack_check: cli.DisableAuxStackCheck = False,
    function_level: cli.FunctionLevel = False,
    counter_loop: cli.CounterLoop = False,
    loop_dirty: cli.LoopDirty = False,
    loop: cli.EachLoop = False,
    threshold_bits: cli.ThresholdBits = CompileOptions.threshold_bits,
    canonicalize_nans: cli.CanonicalizeNans = False,
    jobs: cli.Jobs = None,
    emit: cli.Emit = "aot",
    dump_wasm_view: cli.DumpWasmView = False,
    report: cli.Report = False,
    quiet: cli.Quiet = False,
    version: _Version = False,
) -> Action:
    """Compile a WebAssembly module to native code: an .aot file, which `mvvm-run` runs."""
    policies = {
        Policy.FUNCTION: function_level,
        Policy.COUNTER_LOOP: counter_loop,
        Policy.LOOP_DIRTY: loop_dirty,
        Policy.LOOP: loop,
    }
    chosen = [policy for policy, wanted in policies.items() if wanted]
    # Loops are in addition to the function level, so that may be named too.
    if len(chosen) > 1 and chosen[0] == Policy.FUNCTION:
        del chosen[0]
    if len(chosen) > 1:
        raise UsageError("give one of the --enable-...loop...-checkpoint options, not several")
    first, *also = parse_targets(target or (), cpu, cpu_features)
    options = CompileOptions(
        opt_level,
        first,
        not disable_aux_stack_check,
        chosen[0] if chosen else Policy.NONE,
        threshold_bits,
        canonicalize_nans,
    )
    request = CompileRequest(source, output, options, also, jobs, emit, dump_wasm_view, report, quiet)
    return lambda _: compile_file(request)


def run_command(
    file: cli.ProgramFile,
    args: cli.Args = None,
    dirs: cli.Dirs = None,
    env: cli.Env = None,
    invoke: cli.Invoke = None,
    max_memory: cli.MaxMemory = None,
    stdin: cli.Stdin = None,
    opt_level: cli.RunOptLevel = None,
    cpu: cli.RunCpu = None,
    quiet: cli.Quiet = False,
    version: _Version = False,
) -> Action:
    """Run a program under WASI: an .aot file, or a module, which is compiled first.

    Options come before FILE; all that follows it is the program's. Compiled modules are kept in
    $XDG_CACHE_HOME/mvvm or ~/.cache/mvvm.
    """
    from mvvm.cli.run import run

    options = RunOptions(
        file,
        args,
        dirs=dirs,
        env=env,
        invoke=invoke,
        max_memory=max_memory,
        stdin=stdin,
        opt_level=opt_level,
        cpu=cpu,
        quiet=quiet,
    )
    return lambda command: run(command, options)


def checkpoint_command(
    target: cli.CheckpointTarget,
    words: cli.Words = None,
    arg: cli.ArgList = None,
    env: cli.ShortEnv = None,
    dirs: cli.ShortDirs = None,
    map_dirs: cli.MapDirs = None,
    output: cli.SnapshotOutput = None,
    function: cli.StopFunction = None,
    function_count: cli.FunctionCount = None,
    count: cli.Count = None,
    after: cli.After = None,
    every: cli.Every = None,
    leave_running: cli.LeaveRunning = False,
    trigger_file: cli.TriggerFile = None,
    zstd: cli.Zstd = None,
    debug: cli.Debug = False,
    prepare: cli.Prepare = None,
    quiet: cli.Quiet = False,
    version: _Version = False,
) -> Action:
    """Run a program until it is to stop, and write its state to a snapshot, from which mvvm-restore goes on.

    It stops at the stable point that is counted, at a time, where a file appears, or at SIGUSR1.
    """
    from mvvm.cli.checkpoint import checkpoint, split_args
    from mvvm.cli.restore_options import map_folder
    from mvvm.cli.triggers import Triggers

    triggers = Triggers(
        output=output,
        function=function,
        function_count=function_count,
        count=count,
        after=after,
        every=every,
        leave_running=leave_running,
        trigger_file=trigger_file,
        zstd=zstd,
        debug=debug,
    )
    args = split_args(arg or (), words or ())
    folders = [(path, path) for path in dirs or ()] + [map_folder(item)[::-1] for item in map_dirs or ()]
    return lambda command: checkpoint(command, target, args, env or (), folders, triggers, prepare or (), quiet)


def restore_command(
    target: cli.RestoreTarget,
    snapshot: cli.SnapshotFile = None,
    dirs: cli.RemapDirs = None,
    map_dirs: cli.RemapMapDirs = None,
    verify: cli.Verify = False,
    output: cli.RestoreOutput = None,
    function: cli.StopFunction = None,
    function_count: cli.FunctionCount = None,
    count: cli.Count = None,
    after: cli.After = None,
    every: cli.Every = None,
    leave_running: cli.LeaveRunning = False,
    trigger_file: cli.TriggerFile = None,
    zstd: cli.Zstd = None,
    debug: cli.Debug = False,
    quiet: cli.Quiet = False,
    version: _Version = False,
) -> Action:
    """Go on with a program from its snapshot, which may be stopped again in all the ways that checkpoint knows."""
    from mvvm.cli.restore import restore
    from mvvm.cli.restore_options import RestoreOptions

    options = RestoreOptions(
        target,
        snapshot,
        dirs or (),
        map_dirs or (),
        verify=verify,
        quiet=quiet,
        output=output,
        function=function,
        function_count=function_count,
        count=count,
        after=after,
        every=every,
        leave_running=leave_running,
        trigger_file=trigger_file,
        zstd=zstd,
        debug=debug,
    )
    return lambda command: restore(command, options)


def prepare_command(
    snapshot: cli.PreparedSnapshot,
    aot: cli.PrepareProgram = None,
    target: cli.PrepareTargets = None,
    quiet: cli.Quiet = False,
    version: _Version = False,
) -> Action:
    """Compile ahead of time what restoring a snapshot takes: for machines without a compiler, or that must be quick.

    It goes into a folder beside the snapshot, NAME.prepared, where mvvm-restore looks. It is native code: take such a
    folder only from whom you would take an .aot file.
    """
    from mvvm.cli.prepare import prepare_snapshot

    return lambda command: prepare_snapshot(command, snapshot, aot, target or (), quiet)


def inspect_command(
    file: cli.Inspected,
    json: cli.Json = False,
    function: cli.FunctionName = None,
    target: cli.InspectTarget = None,
    diff: cli.Diff = None,
    version: _Version = False,
) -> Action:
    """Show what is in a snapshot, an .aot file or a module."""
    if diff is not None:
        if function is not None or target is not None:
            raise UsageError("--diff does not go with --function or --target")
        return lambda _: diff_files(diff, file, json)
    return lambda _: inspect_file(file, json, function, target)


def _group(version: _Version = False) -> None:
    """Compile WebAssembly to native code, run it, look into it."""


def _epilog(examples: str, statuses: str) -> str:
    """What stands below the options in a help text; a backspace keeps a paragraph's lines as they are."""
    return f"\b\nExamples:{examples}\n\b\nExit status:\n{statuses}{_STATUSES}"


def application(command: str) -> typer.Typer:
    """The Typer application of a command: `mvvm`, or one of its subcommands as `mvvm-compile` and so on."""
    rows: tuple[tuple[str, Callable[..., Action], str, dict[str, bool]], ...] = (
        ("compile", compile_command, _epilog(_COMPILE_EXAMPLES, _OWN_STATUS), {}),
        ("run", run_command, _epilog(_RUN_EXAMPLES, _GUEST_STATUS), _UP_TO_FILE),
        ("checkpoint", checkpoint_command, _epilog(_CHECKPOINT_EXAMPLES, _STOPPED_STATUS), {}),
        ("restore", restore_command, _epilog(_RESTORE_EXAMPLES, _STOPPED_STATUS), {}),
        ("prepare", prepare_command, _epilog(_PREPARE_EXAMPLES, _OWN_STATUS), {}),
        ("inspect", inspect_command, _epilog(_INSPECT_EXAMPLES, _INSPECT_STATUS), {}),
    )
    # Plain text: help goes into pipes and pagers, and must not take half a second.
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    for name, function, epilog, settings in rows:
        if command in ("mvvm", f"mvvm-{name}"):
            app.command(name, epilog=epilog, context_settings=settings)(function)
    if command == "mvvm":
        app.callback()(_group)
    return app


def run_command_line(command: str) -> int:
    """Do what the command line of a process asks for. Returns the exit status. Raises MvvmError."""
    parser = typer.main.get_command(application(command))
    try:
        action = parser(prog_name=command, standalone_mode=False)
    except typer.TyperException as error:
        raise UsageError(f"{error.format_message().rstrip('.')} (see {command} --help)") from None
    return action if isinstance(action, int) else action(command)  # help and version are done, with a status


def main() -> None:
    """Entry point of `mvvm`."""
    run_to_end("mvvm", lambda: run_command_line("mvvm"))


def main_compile() -> None:
    """Entry point of `mvvm-compile`."""
    run_to_end("mvvm-compile", lambda: run_command_line("mvvm-compile"))


def main_prepare() -> None:
    """Entry point of `mvvm-prepare`."""
    run_to_end("mvvm-prepare", lambda: run_command_line("mvvm-prepare"))


def main_inspect() -> None:
    """Entry point of `mvvm-inspect`."""
    run_to_end("mvvm-inspect", lambda: run_command_line("mvvm-inspect"))
