// SPDX-License-Identifier: MIT
// The floor: asks a port on 127.0.0.1 and reads the status, with nothing else around it. raw_probe
// PORT
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    static const char request[] =
        "GET /api/current-user/whoami HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        "Authorization: Token 00112233445566778899aabbccddeeff00112233\r\n\r\n";
    char answer[4096];
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    to.sin_port = htons((unsigned short)strtoul(argc > 1 ? argv[1] : "0", NULL, 10));
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0 ||
        write(fd, request, sizeof request - 1) < 0)
        return 1;
    return read(fd, answer, sizeof answer) > 12 && memcmp(answer + 9, "200", 3) == 0 ? 0 : 1;
}
