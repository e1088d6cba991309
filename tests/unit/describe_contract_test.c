// SPDX-License-Identifier: Apache-2.0
// The committed descriptions are those of the contract as it is; --update writes them.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/describe/describe.h"
#include "proto/proto.h"
#include "tests/harness/test.h"

#define DOCUMENT_MAX (1 << 23)

static char *read_all(const char *path)
{
    char *text = calloc(1, DOCUMENT_MAX);
    FILE *file = fopen(path, "r");
    if (file) {
        size_t size = fread(text, 1, DOCUMENT_MAX - 1, file);
        text[size] = '\0';
        fclose(file);
    }
    return text;
}

static void check_document(const char *below, const char *want)
{
    CHECK(want != NULL);
    if (test_update()) {
        FILE *file = fopen(test_path(below), "w");
        CHECK(file != NULL);
        fputs(want, file);
        fclose(file);
    }
    char *have = read_all(test_path(below));
    bool same = strcmp(have, want) == 0;
    free(have);
    CHECK(same);
}

TEST(asyncapi_is_up_to_date)
{
    struct arena *arena = arena_new(DOCUMENT_MAX);
    check_document("../proto/asyncapi.json", describe_asyncapi(arena));
    arena_free(arena);
}

TEST(messages_page_is_up_to_date)
{
    struct arena *arena = arena_new(DOCUMENT_MAX);
    check_document("../proto/MESSAGES.md", describe_markdown(arena));
    arena_free(arena);
}

// Follows every "$ref" of the document.
static void check_references(const json_t *root, const json_t *value)
{
    const char *key;
    json_t *inner;
    size_t nth;
    if (json_is_array(value)) {
        json_array_foreach(value, nth, inner)
        {
            check_references(root, inner);
        }
    }
    json_object_foreach((json_t *)value, key, inner)
    {
        if (strcmp(key, "$ref") != 0 || !json_is_string(inner)) {
            check_references(root, inner);
            continue;
        }
        char path[256];
        snprintf(path, sizeof path, "%s", json_string_value(inner) + 2);
        const json_t *at = root;
        char *rest = NULL;
        for (char *part = strtok_r(path, "/", &rest); part; part = strtok_r(NULL, "/", &rest))
            at = json_object_get(at, part);
        CHECK(at != NULL);
    }
}

TEST(every_reference_of_the_asyncapi_document_leads_somewhere)
{
    struct arena *arena = arena_new(DOCUMENT_MAX);
    json_t *root = json_loads(describe_asyncapi(arena), 0, NULL);
    CHECK(root != NULL);
    check_references(root, root);
    size_t methods = 0;
    for (size_t i = 0; i < proto_schema_count; i++)
        methods += proto_schemas[i]->method_count;
    CHECK_INT((int64_t)json_object_size(json_object_get(root, "operations")), (int64_t)methods);
    CHECK_STR(json_string_value(json_object_get(root, "asyncapi")), "3.0.0");
    json_decref(root);
    arena_free(arena);
}
