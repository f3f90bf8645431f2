// SPDX-License-Identifier: MIT
// Where the certificates that are trusted are read from: the distribution's bundle, or what
// --ca-file names. Bytes alone; trust.h reads them.
#ifndef LABELGATE_NET_CA_BUNDLE_H
#define LABELGATE_NET_CA_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/file.h"
#include "spec/reason.h"

// Debian's bundle has 220 KiB; a company's own may have all of the world's.
#define CA_BUNDLE_MAX ((size_t)8 * 1024 * 1024)

// The first of the distributions' bundles that is there: its path. NULL: there is none.
const char *ca_bundle_find(struct file_content *bundle);
// `path` is a file; a folder, or several with colons between them, of which the files with
// OpenSSL's hashed names count. False with REASON_CA_FILE_INVALID when nothing could be read.
// `bundle` is the caller's to free either way.
bool ca_bundle_read(struct file_content *bundle, const char *path, struct finding *fault);

#endif
