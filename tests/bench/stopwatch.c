// SPDX-License-Identifier: MIT
// Times of an init, in microseconds, the mean of the fastest quarter: other work only makes things
// slower.
//
//     stopwatch run ROUNDS CMD [ARG]...     from the start of CMD to its end
//     stopwatch term ROUNDS CMD [ARG]...    from TERM to the end, once CMD's app has announced
//     itself on standard output stopwatch first-run, first-term       the same with CMD as PID 1 of
//     a namespace stopwatch app                         such an app: announces itself, then sleeps
//     until it is ended
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST 10000

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static pid_t start(char **command, int first, int out)
{
    pid_t child =
        first ? (pid_t)syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, NULL, NULL, NULL, NULL) : fork();
    if (child == 0) {
        if (out >= 0)
            dup2(out, STDOUT_FILENO);
        execv(command[0], command);
        _exit(126);
    }
    if (child < 0) {
        perror("stopwatch");
        exit(1);
    }
    return child;
}

static double run_once(char **command, int first)
{
    int status;
    double begin = now();
    pid_t child = start(command, first, -1);
    waitpid(child, &status, 0);
    double took = now() - begin;
    if (status != 0) {
        fprintf(stderr, "stopwatch: %s ended with %x\n", command[0], (unsigned)status);
        exit(1);
    }
    return took;
}

static double term_once(char **command, int first)
{
    int ends[2];
    char byte;
    if (pipe(ends) < 0)
        exit(1);
    pid_t child = start(command, first, ends[1]);
    close(ends[1]);
    if (read(ends[0], &byte, 1) != 1) {
        fprintf(stderr, "stopwatch: the app of %s did not announce itself\n", command[0]);
        exit(1);
    }
    // What belongs to the start is over.
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    double begin = now();
    kill(child, SIGTERM);
    waitpid(child, NULL, 0);
    double took = now() - begin;
    close(ends[0]);
    return took;
}

static int by_size(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static int be_the_app(void)
{
    if (write(STDOUT_FILENO, "r", 1) != 1)
        return 1;
    close(STDOUT_FILENO);
    for (;;)
        pause();
}

int main(int argc, char **argv)
{
    static double took[MOST];
    if (argc > 1 && strcmp(argv[1], "app") == 0)
        return be_the_app();
    if (argc < 4)
        return 2;
    int first = strncmp(argv[1], "first-", 6) == 0;
    int term = strcmp(argv[1] + (first ? 6 : 0), "term") == 0;
    long rounds = strtol(argv[2], NULL, 10);
    if (rounds < 4 || rounds > MOST)
        return 2;
    for (long i = 0; i < rounds; i++)
        took[i] = term ? term_once(argv + 3, first) : run_once(argv + 3, first);
    qsort(took, (size_t)rounds, sizeof took[0], by_size);
    double sum = 0;
    for (long i = 0; i < rounds / 4; i++)
        sum += took[i];
    printf("%.1f\n", sum / (double)(rounds / 4));
    return 0;
}
