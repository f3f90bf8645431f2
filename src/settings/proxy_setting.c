// SPDX-License-Identifier: MIT
// --proxy, and the proxy variables of the app, which are its default.
#include <string.h>

#include "net/proxy.h"
#include "settings/lookup.h"
#include "token/redact_token.h"

// The variable as the app has it: the container's, and what --load adds of the file.
static const char *look_up(const void *context, const char *name)
{
    const struct maker *maker = context;
    enum load_mode load = maker->settings->load;
    struct value value;
    bool found = (load == LOAD_ALL && maker_file(maker, name, &value)) ||
                 maker_environment(maker, name, &value) ||
                 (load == LOAD_MISSING && maker_file(maker, name, &value));
    if (!found)
        return NULL;
    if (strchr(value.text, '@') != NULL)
        (void)token_redact_authority(span_of(value.text)); // see redact_failed
    return value.text;
}

static void refuse(struct maker *maker, const struct value *value)
{
    const char *at = strrchr(value->text, '@'); // what precedes it is a secret
    struct value shown = {at != NULL ? at : value->text, value->origin};
    maker_refuse_value(maker, option_row(OPTION_PROXY), &shown,
                       "env, none, or the address of an HTTP proxy such as http://proxy:3128");
}

// A word that is neither of the two and has neither dot nor colon is a typing error.
static bool is_address(const char *text)
{
    return strchr(text, '.') != NULL || strchr(text, ':') != NULL;
}

void settings_read_proxy(struct maker *maker)
{
    struct settings *settings = maker->settings;
    struct value value;
    struct proxy proxy = {0};
    struct url url;
    char why[URL_WHY];
    if (settings_lookup(maker, OPTION_PROXY, &value))
        settings->origins[OPTION_PROXY] = value.origin;
    else
        value.text = "env";
    bool by_variables = strcmp(value.text, "env") == 0, direct = strcmp(value.text, "none") == 0;
    if (!by_variables && !direct) {
        (void)token_redact_authority(span_of(value.text)); // see redact_failed
        struct url far = {.host = "proxy.invalid"};
        if (!is_address(value.text) || !proxy_from_text(&proxy, &far, value.text, "") ||
            proxy.why[0] != '\0') {
            refuse(maker, &value);
            return;
        }
    }
    if (direct || settings->reach.url == NULL || !url_parse(settings->reach.url, false, &url, why))
        return;
    const char *name = value.origin.kind == ORIGIN_OPTION ? "--proxy" : value.origin.name;
    bool found = by_variables ? proxy_from_environment(&proxy, &url, look_up, maker)
                              : proxy_from_text(&proxy, &url, value.text, name);
    if (!found)
        return;
    struct proxy *kept = arena_take(&settings->memory, sizeof proxy);
    if (kept == NULL) {
        maker_no_memory(maker);
        return;
    }
    *kept = proxy;
    settings->reach.proxy = kept;
}
