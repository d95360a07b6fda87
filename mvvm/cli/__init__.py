"""The commands: `mvvm compile|run|inspect`, also as `mvvm-compile`, `mvvm-run`, `mvvm-inspect`.

main            entry points; Typer parses, and gives what is to be done
run_entry       entry point of mvvm-run: no Typer where the command line is well-formed
options         the declarations of all arguments and options, for Typer
run_options     the options of `run`, for the parser of run_entry
ending          exit statuses, and what is said on standard error
run, invoke     `run`
compile         `compile`, with output (files that are never half-written) and progress
inspect         `inspect`, with describe and describe_snapshot (what there is to say), listing and list_snapshot (how to
                say it), diff_snapshots
"""
