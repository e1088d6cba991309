// SPDX-License-Identifier: Apache-2.0
// Key files: made, read, revoked.
#include "common/run/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zmq.h>

#include "common/base/system.h"
#include "proto/proto.h"

#define PATH_ROOM 1024

static bool name_valid(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t size = strlen(name);
    return size > 0 && size <= PRINCIPAL_NAME_MAX && strspn(name, letters) == size;
}

static bool refuse(struct err *err, enum text_id text, const char *path)
{
    return fail(err, ERR_UNAVAILABLE, NULL, text, path, system_text(errno).text, NULL);
}

// Written beside and renamed: nobody ever reads half a file. `fresh`: there must be none.
static bool write_file(const char *path, mode_t mode, const char *text, bool fresh, struct err *err)
{
    char beside[PATH_ROOM + 8];
    if (fresh && access(path, F_OK) == 0)
        return fail(err, ERR_CONFLICT, NULL, TEXT_KEY_EXISTS, path, NULL);
    snprintf(beside, sizeof beside, "%s.new", path);
    (void)unlink(beside);
    int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return refuse(err, TEXT_KEY_FILE, beside);
    size_t size = strlen(text);
    bool written = write(fd, text, size) == (ssize_t)size && fsync(fd) == 0;
    written = close(fd) == 0 && written;
    if (!written || rename(beside, path) != 0)
        return refuse(err, TEXT_KEY_FILE, path);
    return true;
}

static bool folders_make(const char *folder, struct err *err)
{
    char path[PATH_ROOM];
    snprintf(path, sizeof path, "%s", folder);
    for (char *at = path + 1; *at; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return refuse(err, TEXT_KEY_FILE, path);
        *at = '/';
    }
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return refuse(err, TEXT_KEY_FILE, path);
    snprintf(path, sizeof path, "%s/trusted", folder);
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return refuse(err, TEXT_KEY_FILE, path);
    return true;
}

static bool roles_valid(const char *roles, struct err *err)
{
    if (!*roles)
        return fail(err, ERR_INVALID, "roles", TEXT_KEY_ROLES, roles, NULL);
    while (*roles) {
        size_t size = strcspn(roles, ",");
        if (role_from_word(roles, size) == ROLE_COUNT)
            return fail(err, ERR_INVALID, "roles", TEXT_KEY_ROLES, roles, NULL);
        roles += size + (roles[size] == ',');
    }
    return true;
}

bool key_make(const char *folder, const char *name, const char *roles, const char *scope,
              struct err *err)
{
    struct key_pair pair;
    struct scope parsed;
    char path[PATH_ROOM], trusted[PATH_ROOM], text[512];
    if (!name_valid(name))
        return fail(err, ERR_INVALID, "name", TEXT_KEY_NAME, name, NULL);
    if (!roles_valid(roles, err) || !scope_parse(scope, &parsed, err) || !folders_make(folder, err))
        return false;
    snprintf(path, sizeof path, "%s/%s.key", folder, name);
    snprintf(trusted, sizeof trusted, "%s/trusted/%s", folder, name);
    if (access(path, F_OK) == 0)
        return fail(err, ERR_CONFLICT, "name", TEXT_KEY_EXISTS, path, NULL);
    if (zmq_curve_keypair(pair.public_key, pair.secret_key) != 0)
        return refuse(err, TEXT_KEY_FILE, path);
    snprintf(text, sizeof text, "public %s\nroles %s\nscope %s\n", pair.public_key, roles, scope);
    if (!write_file(trusted, 0600, text, true, err))
        return false;
    snprintf(text, sizeof text, "public %s\nsecret %s\n", pair.public_key, pair.secret_key);
    return write_file(path, 0400, text, true, err);
}

// The word behind `name` at the beginning of a line; false when there is no such line.
static bool word_of(const char *text, const char *name, char *out, size_t room)
{
    size_t size = strlen(name);
    for (const char *line = text; line && *line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, size) != 0 || line[size] != ' ')
            continue;
        size_t length = strcspn(line + size + 1, " \r\n");
        if (length >= room)
            return false;
        memcpy(out, line + size + 1, length);
        out[length] = '\0';
        return true;
    }
    return false;
}

static bool read_file(const char *path, char *out, size_t room)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t size = read(fd, out, room - 1);
    close(fd);
    out[size > 0 ? size : 0] = '\0';
    return size >= 0;
}

bool key_read(const char *folder, const char *name, struct key_pair *out, struct err *err)
{
    char path[PATH_ROOM], text[1024];
    struct stat about;
    uint8_t raw[32];
    snprintf(path, sizeof path, "%s/%s.key", folder, name);
    if (!read_file(path, text, sizeof text))
        return refuse(err, TEXT_KEY_UNREADABLE, path);
    if (stat(path, &about) == 0 && (about.st_mode & 077) != 0)
        return fail(err, ERR_UNAVAILABLE, NULL, TEXT_KEY_OPEN, path, NULL);
    if (!word_of(text, "public", out->public_key, KEY_TEXT) ||
        !word_of(text, "secret", out->secret_key, KEY_TEXT) || strlen(out->public_key) != 40 ||
        strlen(out->secret_key) != 40 || !zmq_z85_decode(raw, out->public_key) ||
        !zmq_z85_decode(raw, out->secret_key))
        return fail(err, ERR_UNAVAILABLE, NULL, TEXT_KEY_BROKEN, path, NULL);
    return true;
}

bool key_revoke(const char *folder, const char *name, struct err *err)
{
    char path[PATH_ROOM], text[2048];
    if (!name_valid(name))
        return fail(err, ERR_INVALID, "name", TEXT_KEY_NAME, name, NULL);
    snprintf(path, sizeof path, "%s/trusted/%s", folder, name);
    if (!read_file(path, text, sizeof text - 16))
        return fail(err, ERR_NOT_FOUND, "name", TEXT_KEY_MISSING, name, NULL);
    size_t size = strlen(text);
    snprintf(text + size, sizeof text - size, "%srevoked\n",
             size > 0 && text[size - 1] != '\n' ? "\n" : "");
    return write_file(path, 0600, text, false, err);
}
