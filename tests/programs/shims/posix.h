/* What POSIX has and WASI's C library has not. A WASI file has no owner and no mode: setting them is done already. */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define chmod(path, mode) (0)
#define fchmod(fd, mode) (0)
#define chown(path, user, group) (0)
static inline int fchown(int fd, uid_t user, gid_t group) { return 0; }
static inline uid_t geteuid(void) { return 0; }
static inline uid_t getuid(void) { return 0; }
static inline mode_t umask(mode_t mask) { return 0; }
__attribute__((weak)) struct passwd *getpwuid(uid_t user) { return NULL; } /* declared in <pwd.h> */

/* File locks, for code that is compiled and never reached: SQLite runs with its VFS `unix-none`. */
#define F_RDLCK 0
#define F_WRLCK 1
#define F_UNLCK 2
#define F_GETLK 5
#define F_SETLK 6
