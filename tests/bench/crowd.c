// SPDX-License-Identifier: MIT
// PID 1 of a namespace with COUNT idle processes; runs COMMAND RUNS times and prints the least time
// in microseconds.
//   crowd COUNT RUNS COMMAND [ARG...]
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static long run(char **command)
{
    long start = microseconds();
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, STDOUT_FILENO);
        execv(command[0], command);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
        return -1;
    return microseconds() - start;
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    long count = strtol(argv[1], NULL, 10), runs = strtol(argv[2], NULL, 10), least = -1;
    for (long i = 0; i < count; i++) {
        if (fork() == 0)
            for (;;)
                pause();
    }
    for (long i = 0; i < runs; i++) {
        long took = run(argv + 3);
        if (took < 0)
            return 1;
        least = least < 0 || took < least ? took : least;
    }
    printf("%ld\n", least);
    return 0;
}
