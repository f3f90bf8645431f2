// SPDX-License-Identifier: MIT
// cmocka with the headers that it wants to come first. Tests only.
#ifndef LABELGATE_CMOCKA_OPTIONS_H
#define LABELGATE_CMOCKA_OPTIONS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

// Else it defines a narrower one of its own on musl.
#define HAVE_UINTPTR_T 1

#include "upstream/cmocka.h"

#endif
