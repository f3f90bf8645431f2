// SPDX-License-Identifier: MIT
// The kernel's struct sock_filter and sock_fprog: musl brings no <linux/filter.h> and no
// <linux/seccomp.h>.
#ifndef LABELGATE_TESTS_SECCOMP_H
#define LABELGATE_TESTS_SECCOMP_H

#include <stdint.h>

struct filter_step {
    uint16_t code;
    uint8_t if_true, if_false;
    uint32_t value;
};
struct filter_program {
    unsigned short len;
    struct filter_step *steps;
};

#endif
