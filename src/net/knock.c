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

// RFC 8446 section 4.1.2, as TLS 1.2 has it, with the ciphers, curves and signatures that this
// program has: each server answers, with its own hello or an alert.
static const char hello_begin[] = "\x16\x03\x01\x00\x00"             // a record, its length
                                  "\x01\x00\x00\x00"                 // ClientHello, its length
                                  "\x03\x03"                         // TLS 1.2
                                  "0123456789abcdef0123456789abcdef" // its random
                                  "\x00"                             // no session
                                  "\x00\x0c\xc0\x2f\xc0\x30\xc0\x2b\xc0\x2c\x00\x9c\x00\x2f"
                                  "\x01\x00"  // no compression
                                  "\x00\x00"; // the length of the extensions
static const char hello_extensions[] =
    "\x00\x0a\x00\x08\x00\x06\x00\x1d\x00\x17\x00\x18" // X25519, P-256, P-384
    "\x00\x0b\x00\x02\x01\x00"                         // points as they are
    "\x00\x0d\x00\x0c\x00\x0a\x04\x03\x05\x03"         // ECDSA, RSA; SHA-256, 384
    "\x08\x04\x04\x01\x05\x01"
    "\xff\x01\x00\x01\x00"; // no renegotiation

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

static size_t make_hello(char hello[HELLO_MAX], const char *host)
{
    const size_t begin = sizeof hello_begin - 1, more = sizeof hello_extensions - 1;
    memcpy(hello, hello_begin, begin);
    memcpy(hello + begin, hello_extensions, more);
    size_t len = begin + more + add_name(hello + begin + more, host);
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
#define ANSWER_MAX 16384

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

// The messages of the handshake, one after the other, in place of the records that they came in.
// False: what comes is no record of TLS.
static bool unwrap(struct answer *self)
{
    size_t at = 0, len = 0;
    while (at + 5 <= self->len && self->bytes[at] == RECORD_HANDSHAKE && self->bytes[at + 1] == 3) {
        size_t size = get_length(self->bytes + at + 3), left = self->len - at - 5;
        size = size < left ? size : left;
        memmove(self->bytes + len, self->bytes + at + 5, size);
        len += size;
        at += 5 + size;
    }
    bool is_tls = at > 0;
    self->len = len;
    return is_tls;
}

// True when all has come that is looked at.
static bool read_messages(struct answer answer, struct knock *seen)
{
    if (answer.len >= 7 && answer.bytes[0] == RECORD_ALERT && answer.bytes[1] == 3) {
        seen->kind = KNOCK_TLS;
        seen->alert = answer.bytes[6];
        return true;
    }
    if (!unwrap(&answer))
        return answer.len >= 5;
    seen->kind = KNOCK_TLS;
    for (size_t at = 0; at + 4 <= answer.len;) {
        const unsigned char *message = answer.bytes + at;
        // A ServerHello below TLS 1.2 is as good as an alert.
        if (message[0] == SERVER_HELLO && at + 6 <= answer.len && message[5] < 3)
            seen->alert = KNOCK_ALERT_VERSION;
        seen->wants_certificate = seen->wants_certificate || message[0] == CERTIFICATE_REQUEST;
        if (message[0] == SERVER_HELLO_DONE || seen->alert != KNOCK_ALERT_NONE)
            return true;
        at += 4 + ((size_t)message[1] << 16) + get_length(message + 2);
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
        if (read_messages(answer, &seen))
            break;
    }
    return seen;
}

static struct knock look(const struct visit *self, const char *host)
{
    char byte, hello[HELLO_MAX];
    const struct knock waits = {.kind = KNOCK_WAITS, .alert = KNOCK_ALERT_NONE};
    const struct knock closes = {.kind = KNOCK_CLOSES, .alert = KNOCK_ALERT_NONE};
    if (wait_for(self, POLLIN, SILENT_MS))
        return recv(self->fd, &byte, 1, 0) <= 0 ? closes : waits;
    size_t len = make_hello(hello, host);
    bool sent = send(self->fd, hello, len, MSG_NOSIGNAL) == (ssize_t)len;
    return sent ? read_answer(self) : waits;
}

struct knock knock_at(const struct sockaddr *address, unsigned len, const char *host,
                      int64_t most_ms)
{
    struct visit visit;
    struct knock seen = {.kind = KNOCK_WAITS, .alert = KNOCK_ALERT_NONE};
    int error = join(&visit, address, len, most_ms);
    if (error == 0)
        seen = look(&visit, host);
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
