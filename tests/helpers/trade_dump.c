// SPDX-License-Identifier: MIT
// One trade with a real server, for the engine tests:
//   trade_dump URL exchange|pat|enable-pat|user|enable-user
// Standard input: the PAT, or the user and below it the password. Prints one JSON object: word,
// sentence, and the token that came of it (a test's own, so it may be shown).
#include <stdio.h>
#include <string.h>

#include "base/duration.h"
#include "base/text.h"
#include "labelstudio/legacy_token.h"

struct trade {
    struct ask how;
    char first[TOKEN_MAX + 2], second[TOKEN_MAX + 2];
    struct legacy result;
    struct secret token;
    struct finding finding;
};

static void read_line(char *line, size_t size)
{
    if (!fgets(line, (int)size, stdin))
        line[0] = '\0';
    line[strcspn(line, "\n")] = '\0';
}

static void exchange(struct trade *trade)
{
    trade_exchange(&trade->how, span_of(trade->first), &trade->token, &trade->finding,
                   &trade->result.seen);
}

static void bring(struct trade *trade, const char *what)
{
    bool enable = strncmp(what, "enable-", 7) == 0;
    if (strstr(what, "user"))
        legacy_from_user(&trade->how, trade->first, span_of(trade->second), enable, &trade->result,
                         &trade->finding);
    else
        legacy_from_pat(&trade->how, span_of(trade->first), enable, &trade->result,
                        &trade->finding);
    trade->token = trade->result.token;
}

static void print(const struct trade *trade)
{
    char sentence[1024];
    struct text text = text_over(sentence, sizeof sentence);
    struct text out = text_growing();
    finding_add_sentence(&trade->finding, &text);
    text_add(&out, "{\"word\": \"%s\", \"sentence\": ", reason_word(trade->finding.reason));
    text_add_json_to_send(&out, span_of(sentence));
    text_add(&out, ", \"token\": ");
    text_add_json_to_send(&out, secret_span(&trade->token));
    text_add(&out, ", \"created\": %s, \"enabled\": %s, \"user\": %lld}\n",
             trade->result.created ? "true" : "false", trade->result.enabled ? "true" : "false",
             (long long)trade->result.seen.identity.user_id);
    (void)fwrite(out.bytes, 1, out.len, stdout);
    text_free(&out);
}

int main(int argc, char **argv)
{
    static struct trade trade;
    if (argc != 3)
        return 2;
    trade.how = (struct ask){.reach.url = argv[1], .until_ms = duration_now() + 30000};
    read_line(trade.first, sizeof trade.first);
    read_line(trade.second, sizeof trade.second);
    if (strcmp(argv[2], "exchange") == 0)
        exchange(&trade);
    else
        bring(&trade, argv[2]);
    print(&trade);
    return reason_is_fine(trade.finding.reason) ? 0 : 1;
}
