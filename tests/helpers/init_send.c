// SPDX-License-Identifier: MIT
// Queues signals with values: init_send PID NUMBER COUNT sends COUNT signals NUMBER with the values
// 0, 1, 2, …
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    pid_t pid = (pid_t)strtol(argv[1], NULL, 10);
    int number = (int)strtol(argv[2], NULL, 10);
    int count = (int)strtol(argv[3], NULL, 10);
    for (int value = 0; value < count;) {
        siginfo_t info = {.si_signo = number, .si_code = SI_QUEUE};
        info.si_pid = getpid();
        info.si_uid = getuid();
        info.si_value.sival_int = value;
        if (syscall(SYS_rt_sigqueueinfo, pid, number, &info) == 0) {
            value++;
        } else if (errno == EAGAIN) {
            usleep(1000);
        } else {
            fprintf(stderr, "init_send: %s\n", strerror(errno));
            return 1;
        }
    }
    return 0;
}
