// SPDX-License-Identifier: Apache-2.0
// What a channel's name tells of who is at its end.

#include "services/telephony/ami_endpoint.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

// Longer endpoint names of digits only are accounts at a provider, not extensions.
#define EXTENSION_DIGITS 6

// Technologies of channels at whose end nobody is, or the PBX itself.
static const char *const services[] = {
    "CBAnn",         "CBRec",     "ConfBridgeRecorder", "Announcer",  "Recorder",    "Snoop",
    "Message",       "Bridge",    "MulticastRTP",       "UnicastRTP", "AudioSocket", "Surrogate",
    "ExternalMedia", "AsyncGoto",
};

static bool is_technology(const char *name, const char *technology)
{
    size_t size = strcspn(name, "/");
    return size == strlen(technology) && !strncasecmp(name, technology, size);
}

// "PJSIP/101-0000003e": before the last dash.
static size_t endpoint_size(const char *name)
{
    const char *slash = strchr(name, '/');
    const char *dash = slash ? strrchr(slash, '-') : NULL;
    return dash ? (size_t)(dash - name) : strlen(name);
}

static bool keep(char out[41], const char *text, size_t size)
{
    if (size == 0 || size > 40)
        return false;
    memcpy(out, text, size);
    out[size] = '\0';
    return true;
}

// *star is what '*' stands for in the name; without one, the endpoint's own name.
static bool fits(const char *pattern, const char *name, size_t size, const char **star,
                 size_t *star_size)
{
    size_t before = strcspn(pattern, "*"), whole = strlen(pattern);
    if (before == whole) {
        const char *slash = memchr(name, '/', size);
        *star = slash ? slash + 1 : name;
        *star_size = size - (size_t)(*star - name);
        return whole == size && !strncasecmp(pattern, name, size);
    }
    size_t behind = whole - before - 1;
    if (size < before + behind || strncasecmp(pattern, name, before) != 0 ||
        strncasecmp(pattern + before + 1, name + size - behind, behind) != 0)
        return false;
    *star = name + before;
    *star_size = size - before - behind;
    return true;
}

bool ami_endpoints_add(struct ami_endpoints *endpoints, bool phone, const char *spec)
{
    struct ami_rule rule = { .phone = phone };
    size_t size = strcspn(spec, "=");
    const char *star = memchr(spec, '*', size);
    if (endpoints->count == AMI_RULES_MAX || size == 0 || size > AMI_PATTERN_MAX ||
        !memchr(spec, '/', size) ||
        (star && memchr(star + 1, '*', size - (size_t)(star + 1 - spec))))
        return false;
    memcpy(rule.pattern, spec, size);
    if (spec[size] && (!phone || !keep(rule.extension, spec + size + 1, strlen(spec + size + 1))))
        return false;
    endpoints->rules[endpoints->count++] = rule;
    return true;
}

static bool is_extension(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (!isdigit((unsigned char)text[i]))
            return false;
    }
    return size > 0 && size <= EXTENSION_DIGITS;
}

enum ami_channel_kind ami_endpoint_kind(const struct ami_endpoints *endpoints, const char *name,
                                        char extension[41])
{
    size_t size = endpoint_size(name), star_size = 0;
    const char *star = NULL, *slash = strchr(name, '/');
    extension[0] = '\0';
    if (is_technology(name, "Local"))
        return AMI_LOCAL;
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
        if (is_technology(name, services[i]))
            return AMI_SERVICE;
    }
    for (size_t i = 0; i < endpoints->count; i++) {
        const struct ami_rule *rule = &endpoints->rules[i];
        if (!fits(rule->pattern, name, size, &star, &star_size))
            continue;
        if (!rule->phone)
            return AMI_TRUNK;
        if (rule->extension[0])
            return keep(extension, rule->extension, strlen(rule->extension)) ? AMI_PHONE
                                                                             : AMI_TRUNK;
        return keep(extension, star, star_size) ? AMI_PHONE : AMI_TRUNK;
    }
    if (!slash || is_technology(name, "DAHDI"))
        return AMI_TRUNK;
    size_t own = size - (size_t)(slash + 1 - name);
    if (!is_extension(slash + 1, own))
        return AMI_TRUNK;
    return keep(extension, slash + 1, own) ? AMI_PHONE : AMI_TRUNK;
}
