// SPDX-License-Identifier: Apache-2.0
// The store's folder: who owns it, that its names are durable, and the ballast to drop when the
// disk is full.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/store/internal.h"

#define BALLAST_BYTES (4 << 20)

bool fail_system(struct err *err, const char *what, int code)
{
    // LMDB's own codes lie outside errno: they tell of the file, not of the system.
    bool own = code < 0 || code == EINVAL;
    return fail(err, own ? ERR_INTERNAL : ERR_UNAVAILABLE, NULL, TEXT_STORE_SYSTEM, what,
                mdb_strerror(code), NULL);
}

static bool path_of(char *out, size_t room, const char *folder, const char *name)
{
    int size = snprintf(out, room, "%s/%s", folder, name);
    return size > 0 && (size_t)size < room;
}

static bool sync_path(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool done = fsync(fd) == 0;
    int code = errno;
    close(fd);
    errno = code;
    return done;
}

bool folder_make(const char *folder, struct err *err)
{
    if (mkdir(folder, 0700) == 0) {
        char parent[PATH_MAX];
        // A new folder is durable only when its parent is; one that may not be read is left.
        if (path_of(parent, sizeof parent, folder, ".."))
            (void)sync_path(parent);
        return true;
    }
    if (errno == EEXIST)
        return true;
    return fail_system(err, folder, errno);
}

bool folder_sync(const char *folder, struct err *err)
{
    if (sync_path(folder))
        return true;
    return fail_system(err, folder, errno);
}

static bool fail_owned(int fd, struct err *err)
{
    char pid[24] = "";
    ssize_t size = pread(fd, pid, sizeof pid - 1, 0);
    pid[size > 0 ? (size_t)size : 0] = '\0';
    pid[strcspn(pid, "\n")] = '\0';
    return fail(err, ERR_CONFLICT, NULL, TEXT_STORE_OWNED, pid, NULL);
}

int owner_lock(const char *folder, struct err *err)
{
    char path[PATH_MAX];
    if (!path_of(path, sizeof path, folder, "owner.lock")) {
        (void)fail_system(err, folder, ENAMETOOLONG);
        return -1;
    }
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        (void)fail_system(err, path, errno);
        return -1;
    }
    // Bound to the open file, not to the process: a second open of the same process is refused too.
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    if (fcntl(fd, F_OFD_SETLK, &lock) != 0) {
        if (errno == EAGAIN || errno == EACCES)
            (void)fail_owned(fd, err);
        (void)fail_system(err, path, errno); // kept only when it is the first cause
        close(fd);
        return -1;
    }
    char pid[24];
    int size = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
    // The pid is for people only: a full disk must not refuse the start.
    bool told = ftruncate(fd, 0) == 0 && pwrite(fd, pid, (size_t)size, 0) == size;
    (void)told;
    return fd;
}

bool folder_is_full(const struct store *store)
{
    struct statvfs disk;
    if (statvfs(store->folder, &disk) == 0 &&
        (uint64_t)disk.f_bavail * disk.f_frsize < BALLAST_BYTES)
        return true;
    struct rlimit limit;
    char path[PATH_MAX];
    struct stat file;
    if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return false;
    if (!path_of(path, sizeof path, store->folder, "data.mdb") || stat(path, &file) != 0)
        return false;
    return (uint64_t)file.st_size >= limit.rlim_cur;
}

void ballast_drop(struct store *store)
{
    char path[PATH_MAX];
    if (path_of(path, sizeof path, store->folder, "ballast"))
        (void)unlink(path);
    store->ballasted = false;
}

void ballast_restore(struct store *store)
{
    struct statvfs disk;
    char path[PATH_MAX];
    if (store->ballasted || store->read_only)
        return;
    if (statvfs(store->folder, &disk) != 0 ||
        (uint64_t)disk.f_bavail * disk.f_frsize < UINT64_C(4) * BALLAST_BYTES)
        return;
    if (!path_of(path, sizeof path, store->folder, "ballast"))
        return;
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    store->ballasted = posix_fallocate(fd, 0, BALLAST_BYTES) == 0;
    close(fd);
    if (!store->ballasted)
        (void)unlink(path);
}
