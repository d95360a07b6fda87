/* Lua without setjmp: an error or a coroutine's yield ends the program with a trap. */
#define luai_jmpbuf int
#define LUAI_TRY(L, c, action) \
  {                            \
    action                     \
  }
#define LUAI_THROW(L, c) abort()
