/* What Lua asks of a C library and WASI's has not: temporary names, other processes, temporary files. */
#include <stdio.h>
#include <stdlib.h>

#define LUA_TMPNAMBUFSIZE 1
#define lua_tmpnam(buffer, failed) ((void)(buffer), (failed) = 1)
#define tmpfile() ((FILE *)NULL)
#define system(command) (-1)

/* Lua seeds string hashes with the time and an address. With a constant, pairs() has the same order in every run. */
#define luai_makeseed(L) ((void)(L), 0x5eedu)
