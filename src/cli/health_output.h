// SPDX-License-Identifier: MIT
// What `health` says: at most three lines on standard output (verdict, remedy, note), or one JSON
// object.
#ifndef LABELGATE_CLI_HEALTH_OUTPUT_H
#define LABELGATE_CLI_HEALTH_OUTPUT_H

#include <stdbool.h>

#include "base/text.h"
#include "spec/reason.h"

// Podman keeps 500 bytes of a probe's output in the container's state; Docker 4,096.
#define VERDICT_MAX ((size_t)500)
#define VERDICT_LOG ((size_t)512)

struct verdict {
    const struct finding *finding;
    bool healthy;     // what the exit code says: --unreachable healthy accepts class unclear too
    const char *note; // one fact beside the verdict, or NULL
    const char *first_step; // to do before what the finding's remedy says, or NULL
};

// The reason word is within the first 100 bytes. Where there is no room for all, the remedy's last
// steps are dropped, never its first; long sentences are shortened in the middle, never the word.
void verdict_lines(const struct verdict *verdict, struct text *out);
// One line for the container's log, begins with "labelgate: ". A healthy one is told where an
// unhealthy one was: "healthy again".
void verdict_log_line(const struct verdict *verdict, struct text *out);

// The members beside the verdict's own; a NULL is printed as null.
struct verdict_facts {
    const char *url;
    const char *variable;
    const char *source;
    const char *kind;
    const char *version; // of Label Studio
    long long user_id;   // 0: null
};
// {"healthy":…,"reason":…,"class":…,"sentence":…,"remedy":…,"note":…,"url":…,"token":{"variable":…,"source":…,"kind":…},
//  "label_studio":{"version":…,"user_id":…}} and a newline. The keys are stable.
void verdict_json(const struct verdict *verdict, const struct verdict_facts *facts,
                  struct text *out);

#endif
