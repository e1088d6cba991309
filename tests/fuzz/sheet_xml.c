// SPDX-License-Identifier: Apache-2.0
// Any bytes as one part of an .xlsx file whose other parts are sound: the first byte says which.
#include <zip.h>

#include "tests/fuzz/sheet_check.h"
#include "tests/fuzz/target.h"

#define PACK "http://schemas.openxmlformats.org/package/2006/relationships"
#define REL  "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define MAIN "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

static const struct {
    const char *name, *text;
} parts[] = {
    { "xl/worksheets/sheet1.xml",
      "<worksheet xmlns='" MAIN "'><sheetData><row r='1'><c r='A1' t='s'><v>0</v></c>"
      "<c r='B1' s='1'><v>45000.5</v></c><c s='2'><v>7</v></c></row></sheetData></worksheet>" },
    { "xl/sharedStrings.xml", "<sst xmlns='" MAIN "'><si><t>Name</t></si></sst>" },
    { "xl/styles.xml",
      "<styleSheet xmlns='" MAIN "'><numFmts><numFmt numFmtId='164' formatCode='00000'/></numFmts>"
      "<cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='164'/></cellXfs></styleSheet>" },
    { "xl/workbook.xml",
      "<workbook xmlns='" MAIN "' xmlns:r='" REL "'><sheets><sheet name='A' sheetId='1' r:id='r1'/>"
      "</sheets></workbook>" },
    { "xl/_rels/workbook.xml.rels",
      "<Relationships xmlns='" PACK "'><Relationship Id='r1' Type='" REL "/worksheet' "
      "Target='worksheets/sheet1.xml'/><Relationship Id='r2' Type='" REL "/sharedStrings' "
      "Target='sharedStrings.xml'/><Relationship Id='r3' Type='" REL "/styles' "
      "Target='styles.xml'/></Relationships>" },
    { "_rels/.rels",
      "<Relationships xmlns='" PACK "'><Relationship Id='r1' Type='" REL "/officeDocument' "
      "Target='xl/workbook.xml'/></Relationships>" },
};
#define PARTS (sizeof parts / sizeof *parts)

static void add_part(zip_t *zip, const char *name, const void *data, size_t size)
{
    zip_source_t *source = zip_source_buffer(zip, data, size, 0);
    zip_int64_t index = source ? zip_file_add(zip, name, source, 0) : -1;
    if (index < 0 || zip_set_file_compression(zip, (zip_uint64_t)index, ZIP_CM_STORE, 0) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    size_t which = data[0] % PARTS;
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, NULL);
    zip_t *zip = source ? zip_open_from_source(source, ZIP_TRUNCATE, NULL) : NULL;
    if (!zip)
        abort();
    zip_source_keep(source);
    for (size_t i = 0; i < PARTS; i++) {
        if (i == which)
            add_part(zip, parts[i].name, data + 1, size - 1);
        else
            add_part(zip, parts[i].name, parts[i].text, strlen(parts[i].text));
    }
    if (zip_close(zip) != 0)
        abort();
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (zip_source_stat(source, &stat) != 0 || zip_source_open(source) != 0)
        abort();
    uint8_t *whole = malloc(stat.size);
    if (!whole || zip_source_read(source, whole, stat.size) != (zip_int64_t)stat.size)
        abort();
    zip_source_close(source);
    zip_source_free(source);
    check_table(whole, stat.size);
    free(whole);
    return 0;
}
