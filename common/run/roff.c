// SPDX-License-Identifier: Apache-2.0
#include "common/run/roff.h"

// The code point at *text, which moves on; what is no UTF-8 counts byte by byte.
static unsigned long take_point(const char **text)
{
    const unsigned char *at = (const unsigned char *)*text;
    size_t more = at[0] >= 0xF0 ? 3 : at[0] >= 0xE0 ? 2 : at[0] >= 0xC0 ? 1 : 0;
    static const unsigned char lead[] = { 0x7F, 0x1F, 0x0F, 0x07 };
    unsigned long point = more ? at[0] & lead[more] : at[0];
    size_t taken = 1;
    for (; taken <= more && (at[taken] & 0xC0) == 0x80; taken++)
        point = point << 6 | (at[taken] & 0x3F);
    *text += taken;
    return point;
}

void roff_text(FILE *out, const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", out);
    while (*text) {
        unsigned long point = take_point(&text);
        if (point == '-')
            fputs("\\-", out);
        else if (point == '\\')
            fputs("\\e", out);
        else if (point == '\'')
            fputs("\\(aq", out);
        else if (point == '^' || point == '~' || point == '`')
            fputs(point == '^' ? "\\(ha" : point == '~' ? "\\(ti" : "\\(ga", out);
        else if (point >= 0x80)
            fprintf(out, "\\[u%04lX]", point);
        else
            fputc((int)point, out);
    }
}

void roff_head(FILE *out, const char *name, const char *version, const char *purpose)
{
    fprintf(out, ".TH ");
    for (const char *c = name; *c; c++)
        fputc(*c >= 'a' && *c <= 'z' ? *c - 32 : *c, out);
    fprintf(out, " 1 \"\" \"rufbus %s\"\n", version);
    roff_section(out, "NAME");
    roff_text(out, name);
    fputs(" \\- ", out);
    roff_text(out, purpose);
    fputc('\n', out);
}

void roff_section(FILE *out, const char *title)
{
    fputs(".SH ", out);
    roff_text(out, title);
    fputc('\n', out);
}

void roff_item(FILE *out, const char *word, const char *value, const char *text)
{
    fputs(".TP\n\\fB", out);
    roff_text(out, word);
    fputs("\\fR", out);
    if (value && *value) {
        fputs(" \\fI", out);
        roff_text(out, value);
        fputs("\\fR", out);
    }
    fputc('\n', out);
    roff_text(out, text);
    fputc('\n', out);
}
