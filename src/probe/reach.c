// SPDX-License-Identifier: MIT
#include "probe/reach.h"

#include "base/duration.h"
#include "base/text.h"

struct ask reach_from_settings(const struct settings *settings, int64_t timeout_ms)
{
    return (struct ask){
        .url = settings->url,
        .token = settings->token.text,
        .nobody = settings->no_token,
        .jwt = settings->jwt,
        .header_file = settings->header_file,
        .ca_file = settings->ca_file,
        .proxy = settings->proxy,
        .until_ms = duration_now() + timeout_ms,
    };
}

void reach_say_way(const struct settings *settings, struct finding *finding)
{
    char via[FINDING_VIA];
    const struct proxy *proxy = settings->proxy;
    if (proxy == NULL || reason_class(finding->reason) == REASON_CLASS_LOCAL ||
        finding->reason == REASON_PROXY_UNUSABLE)
        return;
    text_print(via, sizeof via, "through the proxy %s from %s", proxy->shown, proxy->from);
    finding_via(finding, via);
}
