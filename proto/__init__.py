"""The file formats: `*.proto`, the code generated from them, and the small reader that the loader uses."""
