// SPDX-License-Identifier: MIT
// Runs build/ARCH/X under qemu-user when called as build/ARCH/run/X, so that tests need not know. A
// program and no script: a shell would drop variables with odd names and change the descriptors
// that a test has closed.
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BEFORE_ARGUMENTS 4 // qemu, -0, the name, the program

int main(int argc, char **argv, char **envp)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length < 0)
        return 125;
    path[length] = '\0';
    char *run = strstr(path, "/run/");
    if (run == NULL)
        return 125;
    memmove(run, run + strlen("/run"), strlen(run + strlen("/run")) + 1);

    char **command = calloc((size_t)argc + BEFORE_ARGUMENTS, sizeof *command);
    if (command == NULL)
        return 125;
    command[0] = QEMU;
    command[1] = "-0";
    command[2] = argv[0];
    command[3] = path;
    for (int i = 1; i < argc; i++)
        command[BEFORE_ARGUMENTS - 1 + i] = argv[i];
    execve(QEMU, command, envp);
    perror(QEMU);
    return 125;
}
