// SPDX-License-Identifier: Apache-2.0
// The trusted keys in memory, read again when the folder changes.
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <zmq.h>

#include "common/base/civil.h"
#include "common/run/keys.h"
#include "proto/proto.h"

#define ENTRIES_MAX 4096

struct holder {
    char public_key[KEY_TEXT];
    struct principal principal;
};

struct keyring {
    char folder[900];
    struct holder *entries;
    struct principal *principals; // as keyring_at shows them
    size_t count;
    uint64_t mark; // of all files' names, sizes and times; 0: never read
};

struct keyring *keyring_new(const char *folder)
{
    struct keyring *keyring = calloc(1, sizeof *keyring);
    if (!keyring)
        abort();
    snprintf(keyring->folder, sizeof keyring->folder, "%s/trusted", folder);
    return keyring;
}

void keyring_free(struct keyring *keyring)
{
    if (!keyring)
        return;
    free(keyring->entries);
    free(keyring->principals);
    free(keyring);
}

static bool skip(const char *name)
{
    size_t size = strlen(name);
    return name[0] == '.' || (size > 4 && strcmp(name + size - 4, ".new") == 0) ||
           size > PRINCIPAL_NAME_MAX;
}

static uint64_t mark_of(const char *folder)
{
    DIR *dir = opendir(folder);
    uint64_t mark = 1;
    struct dirent *entry;
    while (dir && (entry = readdir(dir)) != NULL) {
        struct stat about;
        if (skip(entry->d_name) || fstatat(dirfd(dir), entry->d_name, &about, 0) != 0)
            continue;
        uint64_t sum = (uint64_t)about.st_ino * 31 + (uint64_t)about.st_mtim.tv_sec;
        sum = sum * 1000003 + (uint64_t)about.st_mtim.tv_nsec + (uint64_t)about.st_size;
        for (const char *c = entry->d_name; *c; c++)
            sum = sum * 131 + (unsigned char)*c;
        mark += sum; // whatever the order of the folder
    }
    if (dir)
        closedir(dir);
    return mark;
}

static bool take_roles(struct principal *principal, const char *words)
{
    while (*words) {
        size_t size = strcspn(words, ",");
        enum role role = role_from_word(words, size);
        if (role == ROLE_COUNT)
            return false;
        principal->roles |= 1u << role;
        words += size + (words[size] == ',');
    }
    return principal->roles != 0;
}

static bool take_line(struct holder *entry, char *line)
{
    struct err err = { 0 };
    uint8_t raw[32];
    line[strcspn(line, "\r\n")] = '\0';
    if (!*line || *line == '#')
        return true;
    char *value = strchr(line, ' ');
    if (value)
        *value++ = '\0';
    struct principal *principal = &entry->principal;
    if (strcmp(line, "revoked") == 0)
        return principal->revoked = true;
    if (!value)
        return false;
    if (strcmp(line, "roles") == 0)
        return take_roles(principal, value);
    if (strcmp(line, "scope") == 0)
        return scope_parse(value, &principal->scope, &err);
    if (strcmp(line, "not_before") == 0)
        return civil_parse_rfc3339(value, &principal->not_before_us);
    if (strcmp(line, "not_after") == 0)
        return civil_parse_rfc3339(value, &principal->not_after_us);
    if (strcmp(line, "public") != 0 || strlen(value) != KEY_TEXT - 1 || !zmq_z85_decode(raw, value))
        return false;
    memcpy(entry->public_key, value, KEY_TEXT);
    return true;
}

static bool read_entry(const char *folder, const char *name, struct holder *out,
                       keyring_fault *fault, void *context)
{
    char path[1300], line[512], what[1500];
    int number = 0;
    bool right = true, scoped = false;
    *out = (struct holder){ 0 };
    snprintf(out->principal.name, sizeof out->principal.name, "%s", name);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "re");
    while (file && right && fgets(line, sizeof line, file)) {
        number++;
        scoped = scoped || strncmp(line, "scope ", 6) == 0;
        right = take_line(out, line);
    }
    if (file)
        fclose(file);
    if (file && right && out->public_key[0] && out->principal.roles && scoped)
        return true;
    snprintf(what, sizeof what, "%s:%d: %s", path, number,
             right ? "public, roles and scope are needed" : "this line is not understood");
    if (fault)
        fault(context, what);
    return false;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct holder *)a)->principal.name,
                  ((const struct holder *)b)->principal.name);
}

void keyring_refresh(struct keyring *keyring, keyring_fault *fault, void *context)
{
    uint64_t mark = mark_of(keyring->folder);
    if (mark == keyring->mark)
        return;
    keyring->mark = mark;
    struct holder *entries = NULL;
    size_t count = 0, room = 0;
    DIR *dir = opendir(keyring->folder);
    struct dirent *file;
    while (dir && (file = readdir(dir)) != NULL && count < ENTRIES_MAX) {
        if (skip(file->d_name))
            continue;
        if (count == room) {
            room = room ? room * 2 : 16;
            entries = realloc(entries, room * sizeof *entries);
            if (!entries)
                abort();
        }
        count += read_entry(keyring->folder, file->d_name, &entries[count], fault, context);
    }
    if (dir)
        closedir(dir);
    if (count > 0)
        qsort(entries, count, sizeof *entries, by_name);
    free(keyring->entries);
    free(keyring->principals);
    keyring->entries = entries;
    keyring->count = count;
    keyring->principals = calloc(count + 1, sizeof *keyring->principals);
    if (!keyring->principals)
        abort();
    for (size_t i = 0; i < count; i++)
        keyring->principals[i] = entries[i].principal;
}

bool keyring_by_public(const struct keyring *keyring, const char *public_key, struct principal *out)
{
    for (size_t i = 0; i < keyring->count; i++) {
        if (strcmp(keyring->entries[i].public_key, public_key) == 0) {
            *out = keyring->entries[i].principal;
            return true;
        }
    }
    return false;
}

static const struct holder *find(const struct keyring *keyring, const char *name)
{
    size_t low = 0, high = keyring->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(keyring->entries[middle].principal.name, name);
        if (order == 0)
            return &keyring->entries[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

bool keyring_by_name(const struct keyring *keyring, const char *name, struct principal *out)
{
    const struct holder *entry = find(keyring, name);
    if (entry)
        *out = entry->principal;
    return entry != NULL;
}

struct user_id user_id_of(const char *name, const char *public_key)
{
    struct user_id id;
    (void)snprintf(id.text, sizeof id.text, "%s %s", name, public_key);
    return id;
}

bool keyring_by_user(const struct keyring *keyring, const char *user, struct principal *out)
{
    char name[PRINCIPAL_NAME_MAX + 1];
    const char *space = strchr(user, ' ');
    if (!space || (size_t)(space - user) >= sizeof name)
        return false;
    memcpy(name, user, (size_t)(space - user));
    name[space - user] = '\0';
    const struct holder *entry = find(keyring, name);
    if (!entry || strcmp(entry->public_key, space + 1) != 0)
        return false;
    *out = entry->principal;
    return true;
}

const char *keyring_public(const struct keyring *keyring, const char *name)
{
    const struct holder *entry = find(keyring, name);
    return entry ? entry->public_key : NULL;
}

size_t keyring_count(const struct keyring *keyring)
{
    return keyring->count;
}

const struct principal *keyring_at(const struct keyring *keyring, size_t nth)
{
    return nth < keyring->count ? &keyring->principals[nth] : NULL;
}
