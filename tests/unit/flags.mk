# SPDX-License-Identifier: MIT
# Link flags of single test programs.
# Memory that runs out.
LDFLAGS_test_dotenv_memory = -Wl,--wrap=malloc,--wrap=calloc
