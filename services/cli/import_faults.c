// SPDX-License-Identifier: Apache-2.0
// Rows with a fault, copied out of the answers.
#include <stdlib.h>
#include <string.h>

#include "services/cli/importing.h"

#define FAULTS_MAX 100000 // kept for the file of rejected rows

static const char *kept(const char *text)
{
    char *copy = text && *text ? strdup(text) : NULL;
    if (text && *text && !copy)
        abort();
    return copy;
}

void import_fault_add(struct importing *importing, const struct import_fault *fault)
{
    importing->fault_count++;
    if (importing->fault_count > FAULTS_MAX)
        return;
    if (importing->fault_count > importing->fault_room) {
        importing->fault_room = importing->fault_room * 2 + 64;
        importing->faults =
            realloc(importing->faults, importing->fault_room * sizeof *importing->faults);
        if (!importing->faults)
            abort();
    }
    importing->faults[importing->fault_count - 1] =
        (struct import_fault){ fault->remark, fault->row, kept(fault->field), kept(fault->german),
                               kept(fault->english) };
}

size_t import_faults_kept(const struct importing *importing)
{
    return importing->fault_count < FAULTS_MAX ? importing->fault_count : FAULTS_MAX;
}

void import_faults_clear(struct importing *importing)
{
    for (size_t i = 0; i < import_faults_kept(importing); i++) {
        free((void *)(uintptr_t)importing->faults[i].field);
        free((void *)(uintptr_t)importing->faults[i].german);
        free((void *)(uintptr_t)importing->faults[i].english);
    }
    importing->fault_count = 0;
}

// Rejected rows first, then those to look at.
static int by_row(const void *a, const void *b)
{
    const struct import_fault *first = a, *second = b;
    if (first->remark != second->remark)
        return first->remark - second->remark;
    return (first->row > second->row) - (first->row < second->row);
}

void import_faults_sort(struct importing *importing)
{
    if (importing->fault_count > 0)
        qsort(importing->faults, import_faults_kept(importing), sizeof *importing->faults, by_row);
}
