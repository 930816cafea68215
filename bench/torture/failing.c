/* A disk that refuses, for the files of one folder.
 *
 * Loaded before libc (LD_PRELOAD). TORTURE_FOLDER is the folder; what fails is said by
 *
 *     TORTURE_CALL   fail the so-many-th call that changes or syncs something in it (from 1);
 *                    -1 fails none and tells them all
 *     TORTURE_BYTES  or the first write after so many bytes were written: a disk that is full
 *     TORTURE_NAMES  or whatever makes, removes or opens for writing: a disk that is read-only;
 *                    "file" for the files that are there, "folder" for new and removed names
 *     TORTURE_ERROR  the errno to fail with
 *     TORTURE_STAYS  keep failing afterwards; without, the disk has recovered
 *     TORTURE_TOLD   a file outside the folder that gets the name of each call that was failed
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define LIBC(name) \
    static __typeof__(name) *libc; \
    if (!libc) libc = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

static char folder[PATH_MAX];
static int told = -1, error, stays;
static long long failing_call, bytes_left = -1, calls;
static int file_is_fixed, folder_is_fixed;

static long long number(const char *name, long long otherwise) {
    const char *value = getenv(name);
    return value ? atoll(value) : otherwise;
}

__attribute__((constructor)) static void begin(void) {
    const char *named = getenv("TORTURE_FOLDER"), *names = getenv("TORTURE_NAMES");
    const char *log = getenv("TORTURE_TOLD");
    failing_call = number("TORTURE_CALL", 0);
    bytes_left = number("TORTURE_BYTES", -1);
    error = (int)number("TORTURE_ERROR", EIO);
    stays = number("TORTURE_STAYS", 0) != 0;
    file_is_fixed = names && strstr(names, "file");
    folder_is_fixed = names && strstr(names, "folder");
    if (log) told = open(log, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    if (!named || !realpath(named, folder)) *folder = 0;
}

static int is_inside(const char *path) {
    size_t length = strlen(folder);
    return length && !strncmp(path, folder, length) && (!path[length] || path[length] == '/');
}

static int descriptor_inside(int descriptor) {
    char link[64], path[PATH_MAX];
    if (!*folder) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return is_inside(path);
}

static int refuse(const char *what) {
    int kept = error;
    if (told >= 0) dprintf(told, "%s\n", what);
    errno = kept;
    return 1;
}

/* Whether this call, which changes or syncs something inside, is to fail. */
static int fails(const char *what) {
    if (!failing_call) return 0;
    calls++;
    if (failing_call < 0) return !refuse(what);
    return (calls == failing_call || (stays && calls > failing_call)) && refuse(what);
}

/* --- Opening ------------------------------------------------------------------------------- */

static int open_fails(const char *name, int flags) {
    struct stat status;
    if (!is_inside(name) || !(flags & (O_WRONLY | O_RDWR | O_CREAT))) return 0;
    int is_there = !stat(name, &status);
    if (is_there ? file_is_fixed && flags & (O_WRONLY | O_RDWR) : folder_is_fixed && flags & O_CREAT)
        return refuse("open");
    return !is_there && flags & O_CREAT && fails("create");
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        LIBC(name); \
        va_list given; \
        va_start(given, flags); \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(given, mode_t) : 0; \
        va_end(given); \
        return open_fails(path, flags) ? -1 : libc(path, flags, mode); \
    }

OPEN(open)
OPEN(open64)

/* --- Writing ------------------------------------------------------------------------------- */

static int write_fails(int descriptor, size_t length) {
    if (!descriptor_inside(descriptor)) return 0;
    if (bytes_left >= 0) {
        if (bytes_left >= (long long)length) {
            bytes_left -= (long long)length;
            return 0;
        }
        bytes_left = stays ? 0 : -1;
        return refuse("write");
    }
    return fails("write");
}

ssize_t write(int descriptor, const void *data, size_t length) {
    LIBC(write);
    return write_fails(descriptor, length) ? -1 : libc(descriptor, data, length);
}

ssize_t pwrite(int descriptor, const void *data, size_t length, off_t offset) {
    LIBC(pwrite);
    return write_fails(descriptor, length) ? -1 : libc(descriptor, data, length, offset);
}

ssize_t pwrite64(int descriptor, const void *data, size_t length, off64_t offset) {
    LIBC(pwrite64);
    return write_fails(descriptor, length) ? -1 : libc(descriptor, data, length, offset);
}

#define ON_A_DESCRIPTOR(name, what, given, arguments) \
    int name given { \
        LIBC(name); \
        return descriptor_inside(descriptor) && fails(what) ? -1 : libc arguments; \
    }

ON_A_DESCRIPTOR(ftruncate, "truncate", (int descriptor, off_t length), (descriptor, length))
ON_A_DESCRIPTOR(ftruncate64, "truncate", (int descriptor, off64_t length), (descriptor, length))
ON_A_DESCRIPTOR(fsync, "sync", (int descriptor), (descriptor))
ON_A_DESCRIPTOR(fdatasync, "sync", (int descriptor), (descriptor))

/* --- Names --------------------------------------------------------------------------------- */

#define ON_A_NAME(name, what, given, arguments) \
    int name given { \
        LIBC(name); \
        if (is_inside(path) && ((folder_is_fixed && refuse(what)) || fails(what))) return -1; \
        return libc arguments; \
    }

ON_A_NAME(unlink, "unlink", (const char *path), (path))
ON_A_NAME(rename, "rename", (const char *path, const char *to), (path, to))
ON_A_NAME(mkdir, "mkdir", (const char *path, mode_t mode), (path, mode))
