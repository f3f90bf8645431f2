// SPDX-License-Identifier: MIT
// Becomes a program one of whose system calls never returns by itself, as on a mount that does not
// answer; a signal that has a handler still ends it.
//
//     hold_call [--children] [--fourth VALUE] NR CMD [ARG]...
//
//     NR               the call's number, for this process and what it starts
//     --children       those alone that it starts
//     --fourth VALUE   only with this fourth argument
//
// A process beside it receives the calls (seccomp's user notification) and answers none.
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seccomp.h"

struct notice {
    uint64_t id;
    uint32_t pid, flags;
    uint32_t call, machine;
    uint64_t place, arguments[6];
};
struct reply {
    uint64_t id;
    int64_t value;
    int32_t error;
    uint32_t flags;
};
// By syscall: the request of ioctl is an int in one libc, an unsigned long in the other.
#define NOTICE_TAKE (long)_IOWR('!', 0, struct notice)
#define NOTICE_REPLY (long)_IOWR('!', 1, struct reply)
#define REPLY_GOES_ON 1
#define ASK_US 0x7fc00000
#define ALLOW 0x7fff0000
#define FOURTH (16 + 3 * 8) // of struct seccomp_data; its low half where bytes are little-endian

static void fail(const char *what)
{
    dprintf(STDERR_FILENO, "hold_call: %s: %s\n", what, strerror(errno));
    _exit(98);
}

static int filter(uint32_t call, const char *fourth)
{
    uint32_t value = fourth != NULL ? (uint32_t)strtoul(fourth, NULL, 0) : 0;
    struct filter_step steps[] = {
        {0x20, 0, 0, 0},      // load the call's number
        {0x15, 0, 3, call},   // equal: the next step
        {0x20, 0, 0, FOURTH}, // load the argument
        {0x15, 0, 1, value},  // equal
        {0x06, 0, 0, ASK_US}, // hold
        {0x06, 0, 0, ALLOW},
    };
    if (fourth == NULL) // whatever the argument is
        steps[3].if_false = 0;
    struct filter_program program = {sizeof steps / sizeof steps[0], steps};
    const int mode_filter = 1, new_listener = 8;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        fail("no-new-privileges");
    int fd = (int)syscall(SYS_seccomp, mode_filter, new_listener, &program);
    if (fd < 0)
        fail("seccomp");
    return fd;
}

static void hand_over(int to, int fd)
{
    char any = 0, room[CMSG_SPACE(sizeof fd)] = {0};
    struct iovec one = {&any, 1};
    struct msghdr message = {
        .msg_iov = &one, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(head), &fd, sizeof fd);
    if (sendmsg(to, &message, 0) != 1)
        fail("sendmsg");
}

static int receive(int from)
{
    int fd;
    char any, room[CMSG_SPACE(sizeof fd)] = {0};
    struct iovec one = {&any, 1};
    struct msghdr message = {
        .msg_iov = &one, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    if (recvmsg(from, &message, 0) != 1 || CMSG_FIRSTHDR(&message) == NULL)
        _exit(98);
    memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
    close(from);
    return fd;
}

// Until nobody is left who could make the call.
static _Noreturn void hold(int fd, uint32_t spared)
{
    struct pollfd one = {.fd = fd, .events = POLLIN};
    while (poll(&one, 1, -1) > 0 && !(one.revents & POLLHUP)) {
        struct notice notice;
        memset(&notice, 0, sizeof notice);
        if (syscall(SYS_ioctl, fd, NOTICE_TAKE, &notice) < 0 || notice.pid != spared)
            continue;
        struct reply reply = {.id = notice.id, .flags = REPLY_GOES_ON};
        syscall(SYS_ioctl, fd, NOTICE_REPLY, &reply);
    }
    _exit(0);
}

// Not a child of the program's, which would not know it. It gets the descriptor over a socket: it
// must be outside the filter itself.
static int start_beside(uint32_t spared)
{
    int ends[2], status;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
        fail("socketpair");
    pid_t between = fork();
    if (between == 0) {
        if (fork() != 0)
            _exit(0);
        close(ends[0]);
        for (int fd = 0; fd <= STDERR_FILENO; fd++) // whoever reads them waits for their end
            close(fd);
        hold(receive(ends[1]), spared);
    }
    if (between < 0 || waitpid(between, &status, 0) != between)
        fail("fork");
    close(ends[1]);
    return ends[0];
}

int main(int argc, char **argv)
{
    uint32_t spared = 0;
    const char *fourth = NULL;
    int at = 1;
    for (; at < argc && argv[at][0] == '-'; at++)
        if (strcmp(argv[at], "--children") == 0)
            spared = (uint32_t)getpid();
        else if (strcmp(argv[at], "--fourth") == 0 && at + 1 < argc)
            fourth = argv[++at];
        else
            fail(argv[at]);
    if (at + 1 >= argc)
        fail("the command is missing");
    int beside = start_beside(spared);
    int fd = filter((uint32_t)strtoul(argv[at], NULL, 10), fourth);
    hand_over(beside, fd);
    close(fd);
    close(beside);
    execv(argv[at + 1], argv + at + 1);
    fail(argv[at + 1]);
}
