// SPDX-License-Identifier: MIT
#include "net/ca_bundle.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/span.h"
#include "base/text.h"
#include "net/pem.h"

// Where distributions keep the bundle, the commonest first.
static const char *const bundle_paths[] = {
    "/etc/ssl/certs/ca-certificates.crt", // Debian, Alpine, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",   // Fedora, RHEL
    "/etc/ssl/cert.pem",                  // Alpine
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem", // openSUSE
};

static bool refuse(struct finding *fault, const char *path, const char *why)
{
    finding_set(fault, REASON_CA_FILE_INVALID, path, NULL, why);
    return false;
}

const char *ca_bundle_find(struct file_content *bundle)
{
    for (size_t i = 0; i < sizeof bundle_paths / sizeof bundle_paths[0]; i++)
        if (file_read(bundle_paths[i], CA_BUNDLE_MAX, bundle) == FILE_OK)
            return bundle_paths[i];
    return NULL;
}

// "5ed36f99.0": what openssl rehash makes, and all that OpenSSL looks at in a folder.
static bool is_hashed_name(const char *name)
{
    size_t hash = strspn(name, "0123456789abcdef");
    return hash == 8 && name[8] == '.' && name[9] != '\0' &&
           name[9 + strspn(name + 9, "0123456789")] == '\0';
}

// Adds a file of a folder, after a line end: what is there may lack its own, and the whole is never
// taken for DER, which OpenSSL does not read in a folder.
static enum file_fault append(struct file_content *bundle, const struct file_content *more)
{
    // Of the whole, pem_next passes over a mark before a block alone.
    size_t mark = pem_mark(more->bytes, more->len), len = more->len - mark;
    if (bundle->len + len + 1 > CA_BUNDLE_MAX)
        return FILE_TOO_BIG;
    char *bytes = realloc(bundle->bytes, bundle->len + len + 2);
    if (bytes == NULL)
        return FILE_EXHAUSTED;
    bytes[bundle->len++] = '\n';
    memcpy(bytes + bundle->len, more->bytes + mark, len);
    bundle->bytes = bytes;
    bundle->len += len;
    bytes[bundle->len] = '\0';
    return FILE_OK;
}

static bool is_exhausted(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOMEM;
}

static enum file_fault read_folder(struct file_content *bundle, const char *path)
{
    enum file_fault fault = FILE_OK;
    DIR *folder = opendir(path);
    if (folder == NULL)
        return is_exhausted(errno) ? FILE_EXHAUSTED : FILE_OK;
    for (const struct dirent *entry = readdir(folder); fault == FILE_OK && entry != NULL;
         entry = readdir(folder)) {
        char file[PATH_MAX];
        struct file_content one = {0};
        if (!is_hashed_name(entry->d_name))
            continue;
        text_print(file, sizeof file, "%s/%s", path, entry->d_name);
        fault = file_read(file, CA_BUNDLE_MAX, &one);
        if (fault == FILE_OK)
            fault = append(bundle, &one);
        else if (fault != FILE_EXHAUSTED)
            fault = FILE_OK; // OpenSSL passes over it, too
        file_free(&one);
    }
    closedir(folder);
    return fault;
}

// SSL_CERT_DIR may list several.
static bool read_folders(struct file_content *bundle, const char *list, struct finding *finding)
{
    struct span rest = span_of(list), folder;
    while (span_split(&rest, ':', &folder)) {
        char path[PATH_MAX];
        text_print(path, sizeof path, "%.*s", (int)folder.len, folder.text);
        enum file_fault fault = read_folder(bundle, path);
        if (fault == FILE_EXHAUSTED) {
            finding_set(finding, REASON_START_FAILED_FILE, path, NULL, "memory ran out");
            return false;
        }
        if (fault != FILE_OK)
            return refuse(finding, path, "its certificates have more than 8 MiB");
    }
    return bundle->len > 0 || refuse(finding, list,
                                     "this folder has no file with OpenSSL's hashed name, such as "
                                     "5ed36f99.0 (openssl rehash makes them)");
}

static bool is_folder_list(const char *path, enum file_fault result)
{
    struct span rest = span_of(path), folder;
    if (result == FILE_DIRECTORY)
        return true;
    if (result != FILE_MISSING || strchr(path, ':') == NULL)
        return false;
    while (span_split(&rest, ':', &folder)) {
        struct stat status;
        char one[PATH_MAX];
        text_print(one, sizeof one, "%.*s", (int)folder.len, folder.text);
        if (stat(one, &status) == 0 && S_ISDIR(status.st_mode))
            return true;
    }
    return false;
}

bool ca_bundle_read(struct file_content *bundle, const char *path, struct finding *fault)
{
    char why[FINDING_SLOT];
    enum file_fault result = file_read(path, CA_BUNDLE_MAX, bundle);
    if (is_folder_list(path, result))
        return read_folders(bundle, path, fault);
    if (result == FILE_OK)
        return bundle->len > 0 || refuse(fault, path, "it is empty");
    file_fault_text(result, bundle, CA_BUNDLE_MAX, why, sizeof why);
    if (result == FILE_EXHAUSTED) {
        finding_set(fault, REASON_START_FAILED_FILE, path, NULL, why);
        return false;
    }
    if (result == FILE_MISSING && strncmp(path, "/etc/", strlen("/etc/")) == 0) {
        // An image without the distribution's bundle has that of the app's own library at most.
        size_t len = strlen(why);
        text_print(why + len, sizeof why - len,
                   "; an app may bring its own (Python: site-packages/certifi/cacert.pem): name it "
                   "in LABELGATE_CA_FILE");
    }
    return refuse(fault, path, why);
}
