// SPDX-License-Identifier: Apache-2.0
// MD5 (RFC 1321), for the one place that asks for it: the PBX's challenge at login, so that the
// secret itself does not cross the network. It protects nothing else.
#pragma once

#include <stddef.h>

// The hexadecimal digest of the two texts one behind the other, 32 digits and a NUL.
void ami_md5(const char *first, const char *second, char out[33]);
