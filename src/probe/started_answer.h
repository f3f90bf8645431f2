// SPDX-License-Identifier: MIT
// What became of the search for the running `run`: for started.h, and for started_trust.h, which
// judges one process.
#ifndef LABELGATE_PROBE_STARTED_ANSWER_H
#define LABELGATE_PROBE_STARTED_ANSWER_H

enum started_answer {
    STARTED_FOUND,
    STARTED_NONE,    // no process of this container begins with the marker
    STARTED_SEVERAL, // cannot tell which is ours
    // One is there that is not believed; `pid` and `uid` are its.
    STARTED_UNREADABLE, // its environment may not be read
    STARTED_FOREIGN,    // it belongs to neither root nor the probe's user
    STARTED_SET_ID,     // its user ids differ, or its program is set-user-ID or set-group-ID
    STARTED_GROUP,      // it is in another control group
};

#endif
