# SPDX-License-Identifier: MIT
# Link flags of single test programs.
# Memory that runs out.
LDFLAGS_test_settings_memory = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
LDFLAGS_test_say = -Wl,--wrap=poll
LDFLAGS_test_dotenv_memory = -Wl,--wrap=malloc,--wrap=calloc
# System calls of the init that fail; tests/conformance/test_faults.py makes its table from this list.
INIT_WRAPPED = fork clone execve waitpid waitid kill prctl open read pread write pipe2 fcntl close chdir poll readlink stat \
	access setpgid tcgetpgrp tcsetpgrp getrlimit prlimit syscall clock_gettime
LDFLAGS_init_faulty = $(INIT_WRAPPED:%=-Wl,--wrap=%)
# mbedTLS's entropy comes from src/net/tls.c, which this does not call itself.
LDFLAGS_fuzz_ca = -Wl,--undefined=mbedtls_hardware_poll
LDFLAGS_test_trust = -Wl,--wrap=getrandom
