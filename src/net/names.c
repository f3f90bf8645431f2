// SPDX-License-Identifier: MIT
#include "net/names.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#include "base/ascii.h"
#include "base/file.h"
#include "base/span.h"
#include "base/text.h"

#define RESOLV_CONF "/etc/resolv.conf"
#define HOSTS "/etc/hosts"
// Block lists turn hosts files into megabytes; what is longer than this is not read.
#define CONF_MAX ((size_t)64 * 1024)
#define HOSTS_MAX ((size_t)16 * 1024 * 1024)
#define NDOTS_DEFAULT 1
#define NDOTS_MAX 15

static struct span without_final_dot(struct span name)
{
    if (name.len > 0 && name.text[name.len - 1] == '.')
        name.len--;
    return name;
}

static bool is_localhost(struct span host)
{
    host = without_final_dot(host);
    return span_is_nocase(host, "localhost") ||
           (span_ends_nocase(host, ".localhost") && host.text[0] != '.');
}

bool resolve_is_address(const char *host)
{
    struct in_addr v4; // by inet_aton, as getaddrinfo does: 127.1 is an address
    struct in6_addr v6;
    return inet_aton(host, &v4) != 0 || inet_pton(AF_INET6, host, &v6) == 1;
}

bool resolve_is_needless(const char *host)
{
    return resolve_is_address(host) || is_localhost(span_of(host));
}

// ---- Lines and words ----------------------------------------------------------------------------

static struct span until(struct span line, const char *comment_marks)
{
    for (size_t i = 0; i < line.len; i++)
        if (strchr(comment_marks, line.text[i]) != NULL)
            line.len = i;
    return line;
}

// ---- The search list ----------------------------------------------------------------------------

struct conf {
    struct span search; // the last of "search" and "domain" counts
    unsigned ndots;
};

static void read_option(struct conf *conf, struct span word)
{
    static const char name[] = "ndots:";
    if (!span_starts(word, name))
        return;
    unsigned ndots = 0;
    for (size_t i = sizeof name - 1; i < word.len && ascii_is_digit(word.text[i]); i++)
        ndots = ndots < NDOTS_MAX ? ndots * 10 + (unsigned)(word.text[i] - '0') : NDOTS_MAX;
    conf->ndots = ndots < NDOTS_MAX ? ndots : NDOTS_MAX;
}

static struct conf read_conf(const char *text, size_t len)
{
    struct conf conf = {.search = span_of(""), .ndots = NDOTS_DEFAULT};
    struct span rest = {text, len};
    struct span line;
    while (span_split(&rest, '\n', &line)) {
        line = until(line, "#;");
        struct span word = span_word(&line);
        if (span_is(word, "search") || span_is(word, "domain")) {
            conf.search = line;
        } else if (span_is(word, "options")) {
            for (word = span_word(&line); word.len > 0; word = span_word(&line))
                read_option(&conf, word);
        }
    }
    return conf;
}

static void add_name(struct resolve_walk *self, struct span host, struct span domain)
{
    domain = without_final_dot(domain);
    if (self->count == RESOLVE_CANDIDATES || host.len + 1 + domain.len >= RESOLVE_NAME)
        return;
    text_print(self->names[self->count++], RESOLVE_NAME, "%.*s%s%.*s", (int)host.len, host.text,
               domain.len > 0 ? "." : "", (int)domain.len, domain.text);
}

static void add_search(struct resolve_walk *self, struct span host, struct span search)
{
    for (struct span domain = span_word(&search); domain.len > 0; domain = span_word(&search))
        if (!span_is(domain, "."))
            add_name(self, host, domain);
}

// As glibc: a name with enough dots is asked as it is first, any other last; all are asked.
void resolve_walk_make(struct resolve_walk *self, const char *host, const char *conf_text,
                       size_t conf_len)
{
    struct span name = span_of(host);
    struct span bare = without_final_dot(name);
    struct conf conf = read_conf(conf_text, conf_len);
    unsigned dots = 0;
    for (size_t i = 0; i < bare.len; i++)
        dots += bare.text[i] == '.';

    self->count = 0;
    if (bare.len < name.len) {
        add_name(self, bare, span_of(NULL));
        return;
    }
    if (dots < conf.ndots)
        add_search(self, bare, conf.search);
    if (self->count == RESOLVE_CANDIDATES)
        self->count--; // the name as it is must have its turn
    add_name(self, bare, span_of(NULL));
    if (dots >= conf.ndots)
        add_search(self, bare, conf.search);
}

void resolve_walk_read(struct resolve_walk *self, const char *host)
{
    struct file_content conf = {0};
    bool read = file_read(RESOLV_CONF, CONF_MAX, &conf) == FILE_OK;
    resolve_walk_make(self, host, read ? conf.bytes : "", read ? conf.len : 0);
    file_free(&conf);
}

// ---- Addresses ----------------------------------------------------------------------------------

static void add_address(struct resolve_addresses *self, const char *text)
{
    for (unsigned i = 0; i < self->count; i++)
        if (strcmp(self->text[i], text) == 0)
            return;
    if (self->count < RESOLVE_ADDRESSES)
        text_print(self->text[self->count++], RESOLVE_ADDRESS, "%s", text);
}

static bool names_host(struct span line, struct span host)
{
    for (struct span word = span_word(&line); word.len > 0; word = span_word(&line)) {
        struct span name = without_final_dot(word);
        if (name.len == host.len && strncasecmp(name.text, host.text, host.len) == 0)
            return true;
    }
    return false;
}

void resolve_hosts_find(struct resolve_addresses *self, const char *host, const char *hosts,
                        size_t hosts_len)
{
    struct span rest = {hosts, hosts_len};
    struct span bare = without_final_dot(span_of(host));
    unsigned char binary[sizeof(struct in6_addr)];
    char text[RESOLVE_ADDRESS];
    self->count = 0;
    struct span line;
    while (span_split(&rest, '\n', &line)) {
        line = until(line, "#");
        struct span address = span_word(&line);
        if (address.len == 0 || address.len >= sizeof text || !names_host(line, bare))
            continue;
        text_print(text, sizeof text, "%.*s", (int)address.len, address.text);
        if (inet_pton(AF_INET, text, binary) == 1 || inet_pton(AF_INET6, text, binary) == 1)
            add_address(self, text);
    }
}

bool resolve_hosts(struct resolve_addresses *self, const char *host)
{
    struct file_content hosts = {0};
    self->count = 0;
    if (file_read(HOSTS, HOSTS_MAX, &hosts) == FILE_OK)
        resolve_hosts_find(self, host, hosts.bytes, hosts.len);
    file_free(&hosts);
    return self->count > 0;
}

static void add_sockaddr(struct resolve_addresses *self, const struct addrinfo *info)
{
    char text[RESOLVE_ADDRESS];
    const void *address =
        info->ai_family == AF_INET
            ? (const void *)&((const struct sockaddr_in *)(const void *)info->ai_addr)->sin_addr
            : (const void *)&((const struct sockaddr_in6 *)(const void *)info->ai_addr)->sin6_addr;
    if (inet_ntop(info->ai_family, address, text, sizeof text))
        add_address(self, text);
}

enum resolve_result resolve_ask(struct resolve_addresses *self, const char *name, int family)
{
    char absolute[RESOLVE_NAME + 1];
    struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    self->count = 0;
    text_print(absolute, sizeof absolute, "%s.", name);
    int error = getaddrinfo(absolute, NULL, &hints, &list);
    if (error != 0)
        return error == EAI_AGAIN || error == EAI_FAIL || error == EAI_SYSTEM ? RESOLVE_NO_REPLY
                                                                              : RESOLVE_ABSENT;
    for (const struct addrinfo *info = list; info != NULL; info = info->ai_next)
        if (info->ai_family == family)
            add_sockaddr(self, info);
    freeaddrinfo(list);
    return self->count > 0 ? RESOLVE_FOUND : RESOLVE_ABSENT;
}
