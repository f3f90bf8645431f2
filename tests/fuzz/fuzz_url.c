// SPDX-License-Identifier: MIT
// Addresses of any bytes: what is taken can be asked, what is refused has words that show one
// character at most.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/url.h"

#define TEXT_MAX ((size_t)4096)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_taken(const char *text, const struct url *url)
{
    size_t path_len = strlen(url->path);
    check(url->host[0] != '\0' && url->port > 0 && url->port < 65536);
    check(!strpbrk(url->host, "@/?#[] \t\r\n\\"));
    check(!strpbrk(url->path, "?# \t\r\n\\"));
    check(path_len == 0 || (url->path[0] == '/' && url->path[path_len - 1] != '/'));
    check(!strchr(text, '#') && !strchr(text, ' '));
    check(url_base_length(text) <= strlen(text));
    url_is_loopback(url);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char text[TEXT_MAX + 1];
    char why[URL_WHY] = "";
    struct url url;
    size = size < TEXT_MAX ? size : TEXT_MAX;
    memcpy(text, data, size);
    text[size] = '\0';
    for (int allow_query = 0; allow_query < 2; allow_query++) {
        if (url_parse(text, allow_query == 1, &url, why)) {
            check_taken(text, &url);
            check(allow_query == 1 || !strchr(text, '?'));
        } else {
            // One of a handful of sentences, with at most one character in quotes behind it.
            const char *quote = strstr(why, ": '");
            check(why[0] != '\0' && (!quote || strlen(quote) == 5));
        }
    }
    return 0;
}
