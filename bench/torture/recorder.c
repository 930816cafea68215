/* Records, in order, every change that a process makes to the files of one folder.
 *
 * Loaded before libc (LD_PRELOAD). TORTURE_FOLDER is the folder, TORTURE_LOG the log, which lies
 * outside it. Each change is appended after it has happened, in one write of its own, so that the
 * records of several processes keep their order and never mix. disk.py reads them:
 *
 *     kind, inode, offset, length of the path, length of the data; the path; the data
 *
 *     C  a file was created           D  a folder was created
 *     W  data was written             T  a file was cut or stretched to the offset
 *     S  a file or folder was synced  U  a name was removed
 *     R  path was renamed to data     L  the file of path got the name data as well
 *     O  data was said on standard output
 *     X  something that cannot be replayed: the path says what
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

/* libc's own function of the same name. */
#define LIBC(name) \
    static __typeof__(name) *libc; \
    if (!libc) libc = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

struct __attribute__((packed)) head {
    char kind;
    uint64_t inode, offset;
    uint32_t path_length, data_length;
};

static int log_descriptor = -1;
static char folder[PATH_MAX];

__attribute__((constructor)) static void begin(void) {
    const char *log = getenv("TORTURE_LOG"), *named = getenv("TORTURE_FOLDER");
    if (!log || !named || !realpath(named, folder)) return;
    int opened = open(log, O_CREAT | O_WRONLY | O_APPEND, 0600);
    /* High up, where no program closes or reuses it by accident. */
    log_descriptor = fcntl(opened, F_DUPFD_CLOEXEC, 900);
    close(opened);
}

static void record(char kind, uint64_t inode, uint64_t offset, const char *path, const void *data,
                   size_t length) {
    if (log_descriptor < 0) return;
    struct head head = {kind, inode, offset, (uint32_t)strlen(path), (uint32_t)length};
    struct iovec parts[3] = {{&head, sizeof head},
                             {(void *)path, head.path_length},
                             {(void *)data, length}};
    int kept = errno;
    if (writev(log_descriptor, parts, 3) < 0) abort(); /* a log with a hole would tell lies */
    errno = kept;
}

static int is_inside(const char *path) {
    size_t length = strlen(folder);
    return log_descriptor >= 0 && length && !strncmp(path, folder, length) &&
           (!path[length] || path[length] == '/');
}

/* Where a descriptor leads, as a whole path; 0 where that is not in the folder. */
static int descriptor_inside(int descriptor, char *path, struct stat *status) {
    char link[64];
    if (log_descriptor < 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return is_inside(path) && !fstat(descriptor, status);
}

/* The whole path of a name, whose folder exists; 0 where that is not in the folder. */
static int name_inside(int at, const char *name, char *path) {
    char joined[PATH_MAX], parent[PATH_MAX], start[PATH_MAX] = "";
    if (log_descriptor < 0) return 0;
    if (name[0] != '/' && at != AT_FDCWD) {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", at);
        ssize_t length = readlink(link, start, PATH_MAX - 2);
        if (length <= 0) return 0;
        start[length] = '/';
        start[length + 1] = 0;
    }
    if (snprintf(joined, sizeof joined, "%s%s", start, name) >= (int)sizeof joined) return 0;
    char *slash = strrchr(joined, '/');
    const char *last = slash ? slash + 1 : joined;
    if (slash) *slash = 0;
    if (!realpath(!slash ? "." : *joined ? joined : "/", parent)) return 0;
    return snprintf(path, PATH_MAX, "%s/%s", parent, last) < PATH_MAX && is_inside(path);
}

/* --- Opening: what it creates or empties --------------------------------------------------- */

static int existed(int at, const char *name) {
    struct stat status;
    return !fstatat(at, name, &status, 0);
}

static int opened(int descriptor, int flags, int was_there) {
    char path[PATH_MAX];
    struct stat status;
    if (descriptor < 0 || !(flags & (O_CREAT | O_TRUNC)) ||
        !descriptor_inside(descriptor, path, &status))
        return descriptor;
    if (!was_there) record('C', status.st_ino, 0, path, NULL, 0);
    else if (flags & O_TRUNC) record('T', status.st_ino, 0, path, NULL, 0);
    return descriptor;
}

#define MODE \
    va_list given; \
    va_start(given, flags); \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(given, mode_t) : 0; \
    va_end(given)

int open(const char *name, int flags, ...) {
    LIBC(open);
    MODE;
    int was_there = existed(AT_FDCWD, name);
    return opened(libc(name, flags, mode), flags, was_there);
}

int open64(const char *name, int flags, ...) {
    LIBC(open64);
    MODE;
    int was_there = existed(AT_FDCWD, name);
    return opened(libc(name, flags, mode), flags, was_there);
}

int openat(int at, const char *name, int flags, ...) {
    LIBC(openat);
    MODE;
    int was_there = existed(at, name);
    return opened(libc(at, name, flags, mode), flags, was_there);
}

int openat64(int at, const char *name, int flags, ...) {
    LIBC(openat64);
    MODE;
    int was_there = existed(at, name);
    return opened(libc(at, name, flags, mode), flags, was_there);
}

/* --- Writing ------------------------------------------------------------------------------- */

static ssize_t written(int descriptor, const void *data, ssize_t length, off_t offset) {
    char path[PATH_MAX];
    struct stat status;
    if (length > 0 && descriptor_inside(descriptor, path, &status))
        record('W', status.st_ino, (uint64_t)offset, path, data, (size_t)length);
    return length;
}

ssize_t pwrite(int descriptor, const void *data, size_t length, off_t offset) {
    LIBC(pwrite);
    return written(descriptor, data, libc(descriptor, data, length, offset), offset);
}

ssize_t pwrite64(int descriptor, const void *data, size_t length, off64_t offset) {
    LIBC(pwrite64);
    return written(descriptor, data, libc(descriptor, data, length, offset), offset);
}

ssize_t write(int descriptor, const void *data, size_t length) {
    LIBC(write);
    ssize_t done = libc(descriptor, data, length);
    if (done <= 0 || descriptor == log_descriptor) return done;
    if (descriptor == STDOUT_FILENO) record('O', 0, 0, "", data, (size_t)done);
    else written(descriptor, data, done, lseek(descriptor, 0, SEEK_CUR) - done);
    return done;
}

static int stretched(int done, int descriptor, off_t length) {
    char path[PATH_MAX];
    struct stat status;
    if (!done && descriptor_inside(descriptor, path, &status))
        record('T', status.st_ino, (uint64_t)length, path, NULL, 0);
    return done;
}

int ftruncate(int descriptor, off_t length) {
    LIBC(ftruncate);
    return stretched(libc(descriptor, length), descriptor, length);
}

int ftruncate64(int descriptor, off64_t length) {
    LIBC(ftruncate64);
    return stretched(libc(descriptor, length), descriptor, length);
}

static int synced(int done, int descriptor) {
    char path[PATH_MAX];
    struct stat status;
    if (!done && descriptor_inside(descriptor, path, &status))
        record('S', status.st_ino, 0, path, NULL, 0);
    return done;
}

int fsync(int descriptor) {
    LIBC(fsync);
    return synced(libc(descriptor), descriptor);
}

int fdatasync(int descriptor) {
    LIBC(fdatasync);
    return synced(libc(descriptor), descriptor);
}

/* --- Names --------------------------------------------------------------------------------- */

int unlinkat(int at, const char *name, int flags) {
    LIBC(unlinkat);
    char path[PATH_MAX];
    int inside = name_inside(at, name, path), done = libc(at, name, flags);
    if (!done && inside) record('U', 0, 0, path, NULL, 0);
    return done;
}

int unlink(const char *name) { return unlinkat(AT_FDCWD, name, 0); }

int rmdir(const char *name) { return unlinkat(AT_FDCWD, name, AT_REMOVEDIR); }

int link(const char *name, const char *to) {
    LIBC(link);
    char from_path[PATH_MAX], to_path[PATH_MAX];
    int from_inside = name_inside(AT_FDCWD, name, from_path);
    int to_inside = name_inside(AT_FDCWD, to, to_path), done = libc(name, to);
    if (done) return done;
    if (from_inside && to_inside) record('L', 0, 0, from_path, to_path, strlen(to_path));
    else if (to_inside) record('X', 0, 0, "a link across its border", NULL, 0);
    return done;
}

int renameat(int at, const char *name, int to_at, const char *to) {
    LIBC(renameat);
    char from_path[PATH_MAX], to_path[PATH_MAX];
    int from_inside = name_inside(at, name, from_path), to_inside = name_inside(to_at, to, to_path);
    int done = libc(at, name, to_at, to);
    if (done) return done;
    if (from_inside && to_inside) record('R', 0, 0, from_path, to_path, strlen(to_path));
    else if (from_inside || to_inside) record('X', 0, 0, "a rename across its border", NULL, 0);
    return done;
}

int rename(const char *name, const char *to) { return renameat(AT_FDCWD, name, AT_FDCWD, to); }

int mkdirat(int at, const char *name, mode_t mode) {
    LIBC(mkdirat);
    char path[PATH_MAX];
    int inside = name_inside(at, name, path), done = libc(at, name, mode);
    if (!done && inside) record('D', 0, 0, path, NULL, 0);
    return done;
}

int mkdir(const char *name, mode_t mode) { return mkdirat(AT_FDCWD, name, mode); }

/* --- What disk.py cannot replay: nothing in casectl or SQLite does it today ------------------ */

static void unseen(int descriptor, const char *what) {
    char path[PATH_MAX];
    struct stat status;
    if (descriptor_inside(descriptor, path, &status)) record('X', 0, 0, what, NULL, 0);
}

ssize_t sendfile(int out, int in, off_t *offset, size_t length) {
    LIBC(sendfile);
    unseen(out, "sendfile");
    return libc(out, in, offset, length);
}

ssize_t sendfile64(int out, int in, off64_t *offset, size_t length) {
    LIBC(sendfile64);
    unseen(out, "sendfile");
    return libc(out, in, offset, length);
}

ssize_t copy_file_range(int in, off64_t *at, int out, off64_t *to, size_t length, unsigned flags) {
    LIBC(copy_file_range);
    unseen(out, "copy_file_range");
    return libc(in, at, out, to, length, flags);
}

ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    LIBC(writev);
    if (descriptor != log_descriptor) unseen(descriptor, "writev");
    return libc(descriptor, parts, count);
}

int posix_fallocate64(int descriptor, off64_t offset, off64_t length) {
    LIBC(posix_fallocate64);
    unseen(descriptor, "fallocate");
    return libc(descriptor, offset, length);
}

static void mapped(int flags, int protection, int descriptor) {
    /* The index of a write-ahead log is memory that processes share; no disk needs to keep it. */
    char path[PATH_MAX];
    struct stat status;
    if (descriptor < 0 || !(flags & MAP_SHARED) || !(protection & PROT_WRITE) ||
        !descriptor_inside(descriptor, path, &status))
        return;
    size_t length = strlen(path);
    if (length < 4 || strcmp(path + length - 4, "-shm")) record('X', 0, 0, "mmap", NULL, 0);
}

void *mmap(void *place, size_t length, int protection, int flags, int descriptor, off_t offset) {
    LIBC(mmap);
    mapped(flags, protection, descriptor);
    return libc(place, length, protection, flags, descriptor, offset);
}

void *mmap64(void *place, size_t length, int protection, int flags, int descriptor,
             off64_t offset) {
    LIBC(mmap64);
    mapped(flags, protection, descriptor);
    return libc(place, length, protection, flags, descriptor, offset);
}
