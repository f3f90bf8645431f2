// SPDX-License-Identifier: MIT
#include "probe/reach.h"

#include "base/duration.h"

struct ask reach_from_settings(const struct settings *settings, int64_t timeout_ms)
{
    return (struct ask){
        .url = settings->url,
        .token = settings->token.text,
        .nobody = settings->no_token,
        .jwt = settings->jwt,
        .header_file = settings->header_file,
        .ca_file = settings->ca_file,
        .until_ms = duration_now() + timeout_ms,
    };
}
