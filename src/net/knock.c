// SPDX-License-Identifier: MIT
#include "net/knock.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/duration.h"
#include "net/names.h"
#include "net/url.h"

#define SILENT_MS 200 // who has nobody behind it closes within a round trip or two
#define KNOCK_MS 500

struct visit {
    int fd;
    int64_t until_ms;
};

// ---- The first message of TLS -------------------------------------------------------------------

#define HELLO_MAX (URL_HOST + 160)
#define BODY_AT 9 // after the heads of the record and of the message

// RFC 8446 section 4.1.2, with the ciphers, curves and signatures that this program has: each
// server answers, with its own hello or an alert. As TLS 1.2 has it all that follows comes in the
// clear.
static const char hello_begin[] =
    "\x16\x03\x01\x00\x00"             // a record, its length
    "\x01\x00\x00\x00"                 // ClientHello, its length
    "\x03\x03"                         // TLS 1.2
    "0123456789abcdef0123456789abcdef" // its random
    "\x00"                             // no session
    "\x00\x10\x13\x01\x13\x02\xc0\x2f\xc0\x30\xc0\x2b\xc0\x2c\x00\x9c\x00\x2f"
    "\x01\x00"  // no compression
    "\x00\x00"; // the length of the extensions
static const char hello_extensions[] =
    "\x00\x0a\x00\x08\x00\x06\x00\x1d\x00\x17\x00\x18" // X25519, P-256, P-384
    "\x00\x0b\x00\x02\x01\x00"                         // points as they are
    "\x00\x0d\x00\x0c\x00\x0a\x04\x03\x05\x03"         // ECDSA, RSA; SHA-256, 384
    "\x08\x04\x04\x01\x05\x01"
    "\xff\x01\x00\x01\x00";                                           // no renegotiation
static const char hello_13[] = "\x00\x2b\x00\x05\x04\x03\x04\x03\x03" // TLS 1.3 and 1.2
                               "\x00\x33\x00\x02\x00\x00";            // no key as yet

static void put_length(char *at, size_t length)
{
    at[0] = (char)(length >> 8);
    at[1] = (char)(length & 0xff);
}

// RFC 6066 section 3: no addresses.
static size_t add_name(char *at, const char *host)
{
    size_t len = strlen(host);
    len -= len > 0 && host[len - 1] == '.';
    if (len == 0 || len >= URL_HOST || resolve_is_address(host))
        return 0;
    put_length(at, 0); // server_name
    put_length(at + 2, len + 5);
    put_length(at + 4, len + 3);
    at[6] = 0; // host_name
    put_length(at + 7, len);
    memcpy(at + 9, host, len);
    return len + 9;
}

static size_t add(char *hello, size_t len, const char *bytes, size_t more)
{
    memcpy(hello + len, bytes, more);
    return len + more;
}

static size_t make_hello(char hello[HELLO_MAX], const char *host, bool has_13)
{
    const size_t begin = add(hello, 0, hello_begin, sizeof hello_begin - 1);
    size_t len = add(hello, begin, hello_extensions, sizeof hello_extensions - 1);
    if (has_13)
        len = add(hello, len, hello_13, sizeof hello_13 - 1);
    len += add_name(hello + len, host);
    put_length(hello + 3, len - 5);
    put_length(hello + BODY_AT - 2, len - BODY_AT);
    put_length(hello + begin - 2, len - begin);
    return len;
}

// ---- The visit ----------------------------------------------------------------------------------

// False: nothing came in time.
static bool wait_for(const struct visit *self, short events, int64_t most_ms)
{
    int64_t left = self->until_ms - duration_now();
    struct pollfd ready = {.fd = self->fd, .events = events};
    left = left < most_ms ? left : most_ms;
    return left > 0 && poll(&ready, 1, (int)left) > 0;
}

// 0: there is a connection; else the errno.
static int join(struct visit *self, const struct sockaddr *address, unsigned len, int64_t most_ms)
{
    int error = 0;
    socklen_t size = sizeof error;
    self->until_ms = duration_now() + (most_ms < KNOCK_MS ? most_ms : KNOCK_MS);
    self->fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (self->fd < 0)
        return errno;
    if (connect(self->fd, address, len) == 0)
        return 0;
    if (errno != EINPROGRESS)
        return errno;
    if (!wait_for(self, POLLOUT, KNOCK_MS))
        return ETIMEDOUT;
    return getsockopt(self->fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

static void leave(const struct visit *self)
{
    if (self->fd >= 0)
        close(self->fd);
}

// ---- The answer ---------------------------------------------------------------------------------

// All that a server of TLS 1.2 sends before it waits fits, but for chains of many certificates.
#define ANSWER_MAX 8192

enum { RECORD_ALERT = 0x15, RECORD_HANDSHAKE = 0x16 };                       // section 5.1
enum { SERVER_HELLO = 2, CERTIFICATE_REQUEST = 13, SERVER_HELLO_DONE = 14 }; // RFC 5246, 7.4

struct answer {
    unsigned char bytes[ANSWER_MAX];
    size_t len;
};

static size_t get_length(const unsigned char *at)
{
    return (size_t)at[0] << 8 | at[1];
}

// Looks at one message of the handshake. True: none comes after it.
static bool look_at(const unsigned char *message, size_t len, struct knock *seen)
{
    // A ServerHello below TLS 1.2 is as good as an alert.
    if (message[0] == SERVER_HELLO && len >= 6 && message[5] < 3)
        seen->alert = KNOCK_ALERT_VERSION;
    seen->wants_certificate = seen->wants_certificate || message[0] == CERTIFICATE_REQUEST;
    return message[0] == SERVER_HELLO_DONE || seen->alert != KNOCK_ALERT_NONE;
}

// True when all has come that is looked at. A message that goes on in another record ends its own.
static bool read_records(const struct answer *self, struct knock *seen)
{
    for (size_t at = 0, size; at + 7 <= self->len; at += 5 + size) {
        const unsigned char *record = self->bytes + at;
        size = get_length(record + 3);
        if (record[1] != 3 || (record[0] != RECORD_HANDSHAKE && record[0] != RECORD_ALERT))
            return true;
        seen->kind = KNOCK_TLS;
        if (record[0] == RECORD_ALERT) {
            seen->alert = record[6];
            return true;
        }
        size_t end = at + 5 + size < self->len ? at + 5 + size : self->len;
        for (size_t next = at + 5; next + 4 <= end;
             next += 4 + ((size_t)self->bytes[next + 1] << 16) + get_length(self->bytes + next + 2))
            if (look_at(self->bytes + next, end - next, seen))
                return true;
    }
    return false;
}

static struct knock read_answer(const struct visit *self)
{
    struct knock seen = {.kind = KNOCK_WAITS, .alert = KNOCK_ALERT_NONE};
    struct answer answer = {.len = 0};
    while (answer.len < sizeof answer.bytes && wait_for(self, POLLIN, KNOCK_MS)) {
        ssize_t more =
            recv(self->fd, answer.bytes + answer.len, sizeof answer.bytes - answer.len, 0);
        if (more <= 0)
            break;
        answer.len += (size_t)more;
        if (read_records(&answer, &seen))
            break;
    }
    return seen;
}

static struct knock look(const struct visit *self, const char *host, bool has_13)
{
    char byte, hello[HELLO_MAX];
    const struct knock waits = {.kind = KNOCK_WAITS, .alert = KNOCK_ALERT_NONE};
    const struct knock closes = {.kind = KNOCK_CLOSES, .alert = KNOCK_ALERT_NONE};
    if (wait_for(self, POLLIN, SILENT_MS))
        return recv(self->fd, &byte, 1, 0) <= 0 ? closes : waits;
    size_t len = make_hello(hello, host, has_13);
    bool sent = send(self->fd, hello, len, MSG_NOSIGNAL) == (ssize_t)len;
    return sent ? read_answer(self) : waits;
}

struct knock knock_at(const struct sockaddr *address, unsigned len, const char *host, bool has_13,
                      int64_t most_ms)
{
    struct visit visit;
    struct knock seen = {.kind = KNOCK_WAITS, .alert = KNOCK_ALERT_NONE};
    int error = join(&visit, address, len, most_ms);
    if (error == 0)
        seen = look(&visit, host, has_13);
    else if (error == ECONNRESET)
        seen.kind = KNOCK_CLOSES;
    leave(&visit);
    return seen;
}

bool knock_is_open(const struct sockaddr *address, unsigned len, int64_t most_ms)
{
    struct visit visit;
    int error = join(&visit, address, len, most_ms);
    leave(&visit);
    return error == 0;
}
