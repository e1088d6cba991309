// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/weigh.h"

#include <stdio.h>
#include <string.h>

#include <lmdb.h>

#include "tests/bench/bench.h"

#define DATABASES_MAX 200
#define RARE          0.1

static void weigh_database(MDB_txn *txn, MDB_dbi dbi, struct put *put)
{
    MDB_cursor *cursor;
    MDB_val key, value;
    double keys = 0, values = 0;

    if (mdb_cursor_open(txn, dbi, &cursor) != 0)
        bench_stop("weigh");
    for (put->count = 0; mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0; put->count++) {
        keys += (double)key.mv_size;
        values += (double)value.mv_size;
    }
    mdb_cursor_close(cursor);
    put->key = put->count > 0 ? (size_t)(keys / put->count) : 0;
    put->value = put->count > 0 ? (size_t)(values / put->count) : 0;
}

static void weigh_all(MDB_txn *txn, MDB_dbi root, const char *table, struct weighed *out)
{
    struct put all[DATABASES_MAX];
    MDB_cursor *cursor;
    MDB_val name, value;
    MDB_dbi dbi;
    size_t count = 0;

    if (mdb_cursor_open(txn, root, &cursor) != 0)
        bench_stop("weigh");
    while (count < DATABASES_MAX && mdb_cursor_get(cursor, &name, &value, MDB_NEXT) == 0) {
        struct put *put = &all[count++];
        snprintf(put->database, sizeof put->database, "%.*s", (int)name.mv_size,
                 (const char *)name.mv_data);
        if (mdb_dbi_open(txn, put->database, 0, &dbi) != 0)
            bench_stop("weigh: %s", put->database);
        weigh_database(txn, dbi, put);
        if (strcmp(put->database, table) == 0)
            out->rows = put->count;
    }
    mdb_cursor_close(cursor);
    for (size_t i = 0; i < count && out->rows > 0; i++) {
        all[i].count /= out->rows;
        if (all[i].count >= RARE && out->count < PUTS_MAX)
            out->puts[out->count++] = all[i];
    }
}

void weigh_store(const char *folder, const char *table, struct weighed *out)
{
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi root;

    *out = (struct weighed){ .count = 0 };
    if (mdb_env_create(&env) || mdb_env_set_maxdbs(env, DATABASES_MAX) ||
        mdb_env_open(env, folder, MDB_RDONLY | MDB_NOLOCK, 0) ||
        mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) || mdb_dbi_open(txn, NULL, 0, &root))
        bench_stop("%s cannot be weighed", folder);
    weigh_all(txn, root, table, out);
    mdb_txn_abort(txn);
    mdb_env_close(env);
    if (out->rows < 1)
        bench_stop("%s: no rows of %s", folder, table);
}
