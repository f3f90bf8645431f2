// SPDX-License-Identifier: MIT
#include "net/knock.h"

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/duration.h"

#define SILENT_MS 200 // who has nobody behind it closes within a round trip or two
#define KNOCK_MS 500

// RFC 8446 section 4.1.2, as TLS 1.2 has it: no extension, which every server answers, with its own
// hello or an alert.
static const char hello[] = "\x16\x03\x01\x00\x37"             // a record of 55 bytes
                            "\x01\x00\x00\x33\x03\x03"         // ClientHello of 51 bytes, TLS 1.2
                            "0123456789abcdef0123456789abcdef" // its random
                            "\x00"                             // no session
                            "\x00\x0c\xc0\x2f\xc0\x30\xc0\x2b\xc0\x2c\x00\x9c\x00\x2f"
                            "\x01\x00"; // no compression

struct visit {
    int fd;
    int64_t until_ms;
};

// False: nothing came in time.
static bool wait_for(const struct visit *self, short events, int64_t most_ms)
{
    int64_t left = self->until_ms - duration_now();
    struct pollfd ready = {.fd = self->fd, .events = events};
    left = left < most_ms ? left : most_ms;
    return left > 0 && poll(&ready, 1, (int)left) > 0;
}

static bool connected(const struct visit *self, const struct sockaddr *address, unsigned len)
{
    int error = 0;
    socklen_t size = sizeof error;
    return connect(self->fd, address, len) == 0 ||
           (wait_for(self, POLLOUT, KNOCK_MS) &&
            getsockopt(self->fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0);
}

static enum knock look(const struct visit *self)
{
    char answer[2];
    if (wait_for(self, POLLIN, SILENT_MS))
        return recv(self->fd, answer, sizeof answer, 0) <= 0 ? KNOCK_CLOSES : KNOCK_WAITS;
    if (send(self->fd, hello, sizeof hello - 1, MSG_NOSIGNAL) != (ssize_t)sizeof hello - 1 ||
        !wait_for(self, POLLIN, KNOCK_MS))
        return KNOCK_WAITS;
    // A handshake message or an alert (section 5.1)
    bool is_tls = recv(self->fd, answer, sizeof answer, 0) == 2 && answer[1] == 0x03 &&
                  (answer[0] == 0x16 || answer[0] == 0x15);
    return is_tls ? KNOCK_TLS : KNOCK_WAITS;
}

enum knock knock(const struct sockaddr *address, unsigned len, int64_t most_ms)
{
    struct visit visit = {.until_ms = duration_now() + (most_ms < KNOCK_MS ? most_ms : KNOCK_MS)};
    enum knock seen = KNOCK_WAITS;
    visit.fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (visit.fd < 0)
        return KNOCK_WAITS;
    if (connected(&visit, address, len))
        seen = look(&visit);
    close(visit.fd);
    return seen;
}
