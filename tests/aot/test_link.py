from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterator

import pytest

from mvvm.abi.sections import DATA, GOT, RODATA, TEXT
from mvvm.aot.disassemble import disassemble
from mvvm.aot.image import Image, Symbol
from mvvm.aot.link import link
from mvvm.aot.machines import MACHINES
from mvvm.errors import InputError, InternalError
from tests.aot.objects import CALLS, FLOATS_AND_LIBC, PROGRAM, TABLES, compile_ir, link_ir, program

pytestmark = pytest.mark.parametrize("machine", sorted(MACHINES))


def _instructions(image: Image, machine: str, symbol: Symbol) -> Iterator[str]:
    code = image.text[symbol.offset : symbol.offset + symbol.size]
    address = image.layout[TEXT].address + symbol.offset
    return (text for _, _, text in disassemble(MACHINES[machine], code, address))


def _call_targets(image: Image, machine: str, symbol: Symbol) -> list[int]:
    """The addresses that a function calls."""
    code = image.text[symbol.offset : symbol.offset + symbol.size]
    high = 0  # of RISC-V's pairs
    targets = []
    for at, _, text in disassemble(MACHINES[machine], code, _address(image, symbol)):
        if match := re.fullmatch(r"auipc ra, (\w+)", text):
            high = at + ((int(match[1], 0) + (1 << 19)) % (1 << 20) - (1 << 19) << 12)
        elif match := re.fullmatch(r"jalr ra(?:, ra, (-?\w+))?", text):
            targets.append(high + int(match[1] or "0", 0))
        elif match := re.fullmatch(r"(?:call|bl|brasl %r14,) #?(0x[0-9a-f]+)", text):
            targets.append(int(match[1], 16))
    return targets


def _address(image: Image, symbol: Symbol) -> int:
    return image.layout[symbol.section].address + symbol.offset


def _functions(image: Image) -> list[Symbol]:
    return sorted(
        (s for s in (*image.symbols.values(), *image.local_functions) if s.is_function), key=lambda s: s.offset
    )


def test_every_call_goes_to_the_start_of_a_function(machine: str) -> None:
    image = program(machine)
    starts = {_address(image, symbol) for symbol in _functions(image)}
    calls = [target for symbol in _functions(image) for target in _call_targets(image, machine, symbol)]
    assert len(calls) >= 6
    assert set(calls) <= starts


def test_a_call_goes_to_the_local_of_its_own_object(machine: str) -> None:
    image = program(machine)
    own = [symbol for symbol in image.local_functions if symbol.name == "own"]
    assert len(own) == 2
    calls, choose = image.symbols["calls"], image.symbols["choose"]
    for user, used in ((calls, own[0]), (choose, own[1])):
        assert _address(image, used) in _call_targets(image, machine, user)


def test_symbols_are_where_the_code_is(machine: str) -> None:
    image = program(machine)
    functions = _functions(image)
    assert {"calls", "choose", "own", "memcpy@plt"} <= {symbol.name for symbol in functions}
    for symbol, following in itertools.pairwise(functions):
        assert symbol.offset + symbol.size <= following.offset
    assert functions[-1].offset + functions[-1].size == len(image.text)
    counter = image.symbols["counter"]
    assert (counter.section, counter.size, counter.is_function) == (DATA, 8, False)


def test_all_code_decodes(machine: str) -> None:
    image = program(machine)
    for symbol in _functions(image):
        unknown = [text for text in _instructions(image, machine, symbol) if text.startswith(".byte")]
        # A vector load that says how its address is aligned: capstone does not know it, but it knows where it ends.
        assert unknown == [".byte 0xe7, 0x00, 0x10, 0x00, 0x30, 0x06"] * (
            machine == "s390x" and symbol.name == "add_1_2_3_4"
        )


def test_gaps_between_functions_are_padding(machine: str) -> None:
    image = program(machine)
    functions = _functions(image)
    for symbol, following in itertools.pairwise(functions):
        end = symbol.offset + symbol.size
        gap = Symbol("", TEXT, end, following.offset - end, True)
        for text in _instructions(image, machine, gap):
            assert text.split()[0] in ("nop", "int3", "c.nop") or text == "bcr 0, %r7"


def test_a_switch_jumps_by_a_table(machine: str) -> None:
    image = program(machine)
    instructions = list(_instructions(image, machine, image.symbols["choose"]))
    assert [text for text in instructions if re.fullmatch(r"(?:jmp r|br x|br %r[^1]|c.jr a)\w*", text)]


def test_data_is_loaded_from_its_address(machine: str) -> None:
    image = program(machine)
    function = image.symbols["counter_now"]
    start = _address(image, function)
    code = image.text[function.offset : function.offset + function.size]
    lines = "\n".join(f"{at} {len(raw)} {text}" for at, raw, text in disassemble(MACHINES[machine], code, start))
    if machine == "x86_64":
        match = re.match(r"(\d+) (\d+) mov rax, qword ptr \[rip \+ (0x\w+)\]", lines)
        assert match
        address = int(match[1]) + int(match[2]) + int(match[3], 16)
    elif machine == "s390x":
        match = re.match(r"\d+ 6 lgrl %r2, (0x\w+)", lines)
        assert match
        address = int(match[1], 16)
    elif machine == "riscv64":
        match = re.match(r"(\d+) 4 auipc a0, (\w+)\n.* ld a0, (-?\w+)\(a0\)", lines)
        assert match
        address = int(match[1]) + (int(match[2], 0) << 12) + int(match[3], 0)
    else:
        match = re.match(r".* adrp x8, #(0x\w+)\n.* ldr x0, \[x8(?:, #(\w+))?\]", lines)
        assert match
        address = int(match[1], 16) + int(match[2] or "0", 0)
    assert address == _address(image, image.symbols["counter"])


def test_imports_are_listed_once_in_the_order_of_their_slots(machine: str) -> None:
    image = program(machine)
    assert set(image.imports) == {"memcpy", "fmod", "_setjmp", "_longjmp"}
    assert len(image.imports) == 4
    assert image.got_size == 4 * 8
    stubs = [symbol.name for symbol in image.local_functions if symbol.name.endswith("@plt")]
    assert stubs == [f"{name}@plt" for name in image.imports]


def test_sections_are_as_large_as_what_is_in_them(machine: str) -> None:
    image = program(machine)
    assert len(image.rodata) == image.layout[RODATA].size < 256
    assert len(image.text) == image.layout[TEXT].size < 1024
    assert image.data_size == 8 + 5


def test_each_segment_has_pages_of_its_own(machine: str) -> None:
    layout, page = program(machine).layout, MACHINES[machine].page_size
    rodata, text, got, data = (layout[name] for name in (RODATA, TEXT, GOT, DATA))
    assert (rodata.address + rodata.size - 1) // page < text.address // page
    assert (text.address + text.size - 1) // page < got.address // page
    assert got.address + got.size <= data.address
    assert text.offset % page == text.address % page
    for place in (rodata, text, got, data):
        assert place.address % place.alignment == 0


def test_the_same_objects_give_the_same_image(machine: str) -> None:
    assert link_ir(machine, *PROGRAM) == link_ir(machine, *PROGRAM)


def test_an_absolute_address_is_refused_by_name(machine: str) -> None:
    ir = "define hidden void @f() { ret void }\n@pointer = hidden constant ptr @f"
    with pytest.raises(InternalError, match=r"refers to f: an absolute address"):
        link_ir(machine, ir)


def test_data_that_is_not_zero_is_refused(machine: str) -> None:
    with pytest.raises(InternalError, match=r"section \.data: data that is not zero"):
        link_ir(machine, "@x = hidden global i64 5")


def test_two_definitions_are_refused(machine: str) -> None:
    with pytest.raises(InternalError, match="count is defined by two objects"):
        link_ir(machine, CALLS, TABLES, "define hidden i64 @count() { ret i64 0 }")


def test_a_weak_definition_gives_way(machine: str) -> None:
    weak, strong = "define weak hidden i64 @f() { ret i64 1 }", "define hidden i64 @f() { ret i64 2 }"
    for modules in ((weak, strong), (strong, weak), (weak, weak, strong)):
        image = link_ir(machine, *modules)
        assert "2" in next(_instructions(image, machine, image.symbols["f"]))
    image = link_ir(machine, weak, weak)
    assert image.symbols["f"].offset == 0


def test_a_function_that_only_an_object_of_ours_can_define_is_no_import(machine: str) -> None:
    with pytest.raises(InternalError, match="no object defines choose"):
        link_ir(machine, CALLS)


def test_an_object_of_another_machine_is_refused(machine: str) -> None:
    for other in MACHINES.keys() - {machine}:
        with pytest.raises(InternalError, match=f"not an object for {machine}"):
            link([compile_ir(CALLS, other)], MACHINES[machine])


@pytest.mark.parametrize(("modules", "name"), [((CALLS, TABLES), r"\S+"), ((FLOATS_AND_LIBC,), r"the slot of \w+")])
def test_what_is_out_of_reach_is_named(machine: str, modules: tuple[str, ...], name: str) -> None:
    far = dataclasses.replace(MACHINES[machine], page_size=1 << 33)
    objects = [compile_ir(ir, machine) for ir in modules]
    with pytest.raises(InputError, match=f"too large: {name} is more than [24] GiB from code that uses it"):
        link(objects, far)
