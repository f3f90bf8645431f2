// SPDX-License-Identifier: MIT
// Every exit code of labelgate's own (contract, section 3). `run` also ends with the app's code.
#ifndef LABELGATE_SPEC_EXITCODE_H
#define LABELGATE_SPEC_EXITCODE_H

enum exitcode {
    EXITCODE_OK = 0,
    EXITCODE_NO = 1, // health: unhealthy; check, token, verify, install: it is not so, or it failed
    EXITCODE_USAGE = 2,            // called wrongly (`run` says 125 and `health` 1 instead)
    EXITCODE_REFUSED = 125,        // run: refused or failed before the app was started
    EXITCODE_NOT_EXECUTABLE = 126, // run: found, but cannot be executed
    EXITCODE_NOT_FOUND = 127,      // run: not found, or its interpreter is not
    EXITCODE_SIGNAL = 128,         // plus n: ended by signal n (`health` says 1 instead)
};

#endif
