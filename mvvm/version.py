"""The version of this package: part of what a compiled file is cached by."""

__version__ = "0.1.0"
