"""The contract between compiled code and the runtime: layouts, section names, trap codes.

The loader imports this package: nothing here may import `typing`, `dataclasses` or `enum` (start-up time).
"""
