// SPDX-License-Identifier: MIT
// The control of the conformance layer: an init that does everything wrong that it can. Its rows
// must fail.
//
// It blocks what it should pass on, waits for its app alone and by polling, grows while it does,
// ends with 0 whatever happened, talks, and leaves everybody else behind.
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define GROWTH ((size_t)64 * 1024)

int main(int argc, char **argv)
{
    uint64_t every = UINT64_MAX;
    int at = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;
    if (at >= argc)
        return 0;
    printf("starting %s\n", argv[at]);
    fflush(stdout);
    if (open("/dev/null", O_RDWR) < 0)
        return 0;
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, &every, NULL, sizeof every);
    pid_t app = fork();
    if (app == 0) {
        execvp(argv[at], argv + at);
        _exit(0);
    }
    while (waitpid(app, NULL, WNOHANG) == 0) {
        char *lost = malloc(GROWTH);
        if (lost != NULL)
            memset(lost, 1, GROWTH);
        usleep(1000);
    }
    return 0;
}
