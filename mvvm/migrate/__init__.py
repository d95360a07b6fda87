"""Snapshots of programs.

snapshot    a snapshot file, read, and how one is written
header      the first bytes of the file
pages       which pages of a memory are worth storing
contents    memories, filled from what is stored
writer      the file's parts, written
"""
