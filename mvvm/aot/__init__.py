"""From LLVM's objects to an `.aot` file: link them, write the ELF file, read its code back.

link.link       collect -> lay out -> relocate
elf_file.write  the file
"""
