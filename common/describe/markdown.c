// SPDX-License-Identifier: Apache-2.0
// The contract as a page to read.
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/describe/describe.h"
#include "proto/proto.h"

static const char *type_word(const struct field *field)
{
    switch (field->type) {
    case FIELD_BOOL: return "bool";
    case FIELD_INT: return "int";
    case FIELD_TIME: return "time";
    case FIELD_STR: return "text";
    case FIELD_BYTES: return "bytes";
    case FIELD_ID: return "id";
    case FIELD_PICK: return field->picks()->name;
    case FIELD_MONEY: return "money";
    case FIELD_ONE:
    case FIELD_LIST: return field->record()->name;
    case FIELD_STRS: return "text";
    case FIELD_IDS: return "id";
    case FIELD_ANY: return "any";
    }
    return "";
}

static bool is_list(const struct field *field)
{
    return field->type == FIELD_LIST || field->type == FIELD_STRS || field->type == FIELD_IDS;
}

static void print_limits(FILE *out, const struct field *field)
{
    switch (field->type) {
    case FIELD_INT:
        if (field->max == INT_LIMIT && field->min > -INT_LIMIT)
            fprintf(out, "from %" PRId64, field->min);
        else if (field->max < INT_LIMIT)
            fprintf(out, "%" PRId64 " to %" PRId64, field->min, field->max);
        break;
    case FIELD_STR:
        fprintf(out, "%" PRId64 " to %" PRId64 " characters", field->min, field->max);
        break;
    case FIELD_BYTES:
    case FIELD_ANY: fprintf(out, "at most %" PRId64 " bytes", field->max); break;
    case FIELD_LIST:
    case FIELD_STRS:
    case FIELD_IDS: fprintf(out, "at most %" PRId64, field->max); break;
    default: break;
    }
}

static void print_record(FILE *out, const struct record *record)
{
    fprintf(out, "\n### %s%s%s%s\n\n%s\n\n", record->name, *record->german ? " [" : "",
            record->german, *record->german ? "]" : "", record->doc);
    fprintf(out, "| field | German | type | limits | meaning |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = &record->fields[i];
        fprintf(out, "| %s%s | %s | %s%s | ", field->name, field->required ? " *" : "",
                field->german, type_word(field), is_list(field) ? "[]" : "");
        print_limits(out, field);
        fprintf(out, " | %s |\n", field->doc);
    }
}

static void print_picks(FILE *out, const struct picks *picks)
{
    fprintf(out, "\n### %s\n\n%s\n\n| word | German | English |\n|---|---|---|\n", picks->name,
            picks->doc);
    for (size_t i = 1; i < picks->count; i++)
        fprintf(out, "| %s | %s | %s |\n", picks->values[i].word, picks->values[i].german,
                picks->values[i].english);
}

static void print_service(FILE *out, const struct schema *schema)
{
    fprintf(out,
            "\n## %s\n\n| method | takes | answers | right | meaning |\n|---|---|---|---|---|\n",
            schema->service);
    for (size_t i = 0; i < schema->method_count; i++) {
        const struct method *method = schema->methods[i];
        fprintf(out, "| %s | %s | %s | %s | %s |\n", method->name, method->in()->name,
                method->out()->name, method->right->name, method->doc);
    }
    if (schema->fact_count > 0)
        fprintf(out, "\n| fact | row | meaning |\n|---|---|---|\n");
    for (size_t i = 0; i < schema->fact_count; i++)
        fprintf(out, "| %s | %s | %s |\n", schema->facts[i].name, schema->facts[i].record()->name,
                schema->facts[i].doc);
}

static void print_rights(FILE *out)
{
    fprintf(out, "\n## Rights\n\n| right | roles | meaning |\n|---|---|---|\n");
    for (size_t i = 0; i < proto_right_count; i++) {
        fprintf(out, "| %s |", proto_rights[i]->name);
        for (int role = 0; role < ROLE_COUNT; role++) {
            if (proto_rights[i]->roles & (1u << role))
                fprintf(out, " %s", role_word((enum role)role));
        }
        fprintf(out, " | %s |\n", proto_rights[i]->doc);
    }
}

char *describe_markdown(struct arena *arena)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    fprintf(out, "# Messages\n\nMade from `proto/*.def` by `rufbus schema --markdown`; a `*` marks "
                 "required fields.\n");
    for (size_t i = 0; i < proto_schema_count; i++)
        print_service(out, proto_schemas[i]);
    print_rights(out);
    fprintf(out, "\n## Records\n");
    for (size_t i = 0; i < proto_record_count; i++)
        print_record(out, proto_records[i]());
    fprintf(out, "\n## Words\n");
    for (size_t i = 0; i < proto_picks_count; i++)
        print_picks(out, proto_picks[i]());
    char *copy = fclose(out) == 0 ? arena_text(arena, text, size) : NULL;
    free(text);
    return copy;
}
