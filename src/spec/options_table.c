// SPDX-License-Identifier: MIT
// The rows of contract section 2. An option that is added here is parsed, explained and completed.
#include "spec/options.h"

#include <string.h>

#define ON(verb) (1U << (verb))
#define GATE (ON(VERB_RUN) | ON(VERB_HEALTH) | ON(VERB_CHECK))
#define TOKEN_OF (GATE | ON(VERB_VERIFY))
#define ASK (GATE | ON(VERB_TOKEN) | ON(VERB_VERIFY))

#define WORDS(list) .argument = (list), .words = (list), .kind = VALUE_WORD

static const struct option_row rows[OPTION_COUNT] = {
    [OPTION_ENV_FILE] = {.name = "env-file",
                         .argument = "PATH",
                         .kind = VALUE_PATH,
                         .variable = "LABELGATE_ENV_FILE",
                         .fallback = ".env in the working directory if there is one",
                         .help = "The .env file to read. Of several a later one wins. A path that "
                                 "was named must exist. The variable takes a comma list.",
                         .verbs = ASK,
                         .repeatable = true,
                         .list = true},
    [OPTION_LOAD] = {.name = "load",
                     WORDS("token|missing|all"),
                     .variable = "LABELGATE_LOAD",
                     .fallback = "token",
                     .help = "What the app gets from the file: only the token; also every variable "
                             "that the container does not have; or every variable, and then the "
                             "file wins over the environment, for the token and LABEL_STUDIO_URL "
                             "too. An empty value in the file replaces nothing.",
                     .verbs = TOKEN_OF},
    [OPTION_URL] = {.name = "url",
                    .argument = "URL",
                    .kind = VALUE_URL,
                    .variable = "LABEL_STUDIO_URL",
                    .help = "Where Label Studio is, as seen from here. A sub-path is allowed; "
                            "user information, query and fragment are not.",
                    .verbs = ASK},
    [OPTION_TOKEN_VAR] = {.name = "token-var",
                          .argument = "NAME",
                          .kind = VALUE_NAME,
                          .variable = "LABELGATE_TOKEN_VAR",
                          .fallback = "LABEL_STUDIO_API_TOKEN, LABEL_STUDIO_API_KEY, "
                                      "LABEL_STUDIO_ACCESS_TOKEN",
                          .help = "Where the token is looked for, in this order: for each name "
                                  "the environment, then NAME_FILE, then the file; under --load "
                                  "all the file, then those two. The first that is set is the "
                                  "token. The variable takes a comma list.",
                          .verbs = TOKEN_OF | ON(VERB_TOKEN),
                          .repeatable = true,
                          .list = true},
    [OPTION_NO_TOKEN] = {.name = "no-token",
                         .variable = "LABELGATE_NO_TOKEN",
                         .fallback = "no",
                         .help = "There is no token: run is only an init, and health is content "
                                 "when Label Studio itself asks for one.",
                         .verbs = GATE},
    [OPTION_JWT] = {.name = "jwt",
                    WORDS("reject|trade|accept"),
                    .variable = "LABELGATE_JWT",
                    .fallback = "reject",
                    .help =
                        "A Personal Access Token (a JWT) is refused; traded for the legacy "
                        "token, which the app gets in its place; or passed on to an app that "
                        "exchanges it itself (label-studio-sdk's client does; httpx and requests "
                        "do not).",
                    .verbs = TOKEN_OF | ON(VERB_TOKEN)},
    [OPTION_APP_URL] = {.name = "app-url",
                        .argument = "URL",
                        .kind = VALUE_URL,
                        .variable = "LABELGATE_APP_URL",
                        .help = "This address of the app must answer 2xx too, within the same time "
                                "limit. A query is allowed.",
                        .verbs = ON(VERB_HEALTH) | ON(VERB_CHECK)},
    [OPTION_TIMEOUT] = {.name = "timeout",
                        .argument = "D",
                        .kind = VALUE_TIME_LIMIT,
                        .variable = "LABELGATE_TIMEOUT",
                        .fallback = "5s",
                        .help = "One deadline over everything a question needs, the look-up of "
                                "the name included.",
                        .verbs = ASK},
    [OPTION_WAIT] = {.name = "wait",
                     .argument = "D",
                     .kind = VALUE_DURATION,
                     .variable = "LABELGATE_WAIT",
                     .help = "Keep asking until Label Studio accepts the token, at most so long. "
                             "run starts the app only then. What waiting cannot cure ends it at "
                             "once.",
                     .verbs = ON(VERB_RUN) | ON(VERB_HEALTH)},
    [OPTION_UNREACHABLE] = {.name = "unreachable",
                            WORDS("unhealthy|healthy"),
                            .variable = "LABELGATE_UNREACHABLE",
                            .fallback = "unhealthy",
                            .help = "What health says while Label Studio does not answer clearly. "
                                    "A refused token is unhealthy always.",
                            .verbs = ON(VERB_HEALTH) | ON(VERB_CHECK)},
    [OPTION_CA_FILE] = {.name = "ca-file",
                        .argument = "PATH",
                        .kind = VALUE_PATH,
                        .variable = "LABELGATE_CA_FILE",
                        .variables_also = {"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
                                           "SSL_CERT_DIR"},
                        .fallback = "the distribution's bundle if there is one",
                        .help = "The certificates that https trusts: a file, or a folder of "
                                "OpenSSL's hashed names. Nothing turns verification off.",
                        .verbs = ASK},
    [OPTION_PROXY] = {.name = "proxy",
                      .argument = "env|none|URL",
                      .kind = VALUE_PROXY,
                      .variable = "LABELGATE_PROXY",
                      .fallback = "env",
                      .help = "How Label Studio is asked: as HTTP_PROXY, HTTPS_PROXY, ALL_PROXY "
                              "and NO_PROXY of the app say, directly, or through this HTTP proxy. "
                              "Loopback addresses and the app are always asked directly.",
                      .verbs = ASK},
    [OPTION_HEADER_FILE] = {.name = "header-file",
                            .argument = "PATH",
                            .kind = VALUE_PATH,
                            .variable = "LABELGATE_HEADER_FILE",
                            .help = "Extra request headers, one a line, for a gateway in front. "
                                    "With an Authorization among them the token travels as "
                                    "X-Api-Key.",
                            .verbs = ASK},
    [OPTION_GRACE] = {.name = "grace",
                      .argument = "D",
                      .kind = VALUE_DURATION,
                      .variable = "LABELGATE_GRACE",
                      .fallback = "5s",
                      .help = "Time for processes that outlive the app.",
                      .verbs = ON(VERB_RUN)},
    [OPTION_GROUP] = {.name = "group",
                      .variable = "LABELGATE_GROUP",
                      .fallback = "no",
                      .help = "Signals go to the app's whole process group.",
                      .verbs = ON(VERB_RUN)},
    [OPTION_SIGNAL] = {.name = "signal",
                       .argument = "FROM:TO",
                       .kind = VALUE_SIGNALS,
                       .help = "Pass signal FROM on as TO; FROM:0 drops it. Names such as TERM, "
                               "SIGTERM or RTMIN+3, or numbers from 1 to 31.",
                       .verbs = ON(VERB_RUN),
                       .repeatable = true},
    [OPTION_OK_EXIT] = {.name = "ok-exit",
                        .argument = "CODE",
                        .kind = VALUE_EXIT_CODE,
                        .help = "This exit code of the app, 0 to 255, is a normal end and becomes "
                                "0, as 143 of a JVM.",
                        .verbs = ON(VERB_RUN),
                        .repeatable = true},
    [OPTION_ON_REFUSAL] = {.name = "on-refusal",
                           WORDS("exit|hold"),
                           .variable = "LABELGATE_ON_REFUSAL",
                           .fallback = "exit",
                           .help = "End with 125, or stay, unhealthy and saying why, until the "
                                   "file changes, then judge again.",
                           .verbs = ON(VERB_RUN)},
    [OPTION_LOGIN] = {.name = "login",
                      .help = "Log in with LABEL_STUDIO_USERNAME and LABEL_STUDIO_PASSWORD, or "
                              "what is typed, and fetch the token.",
                      .verbs = ON(VERB_TOKEN)},
    [OPTION_WRITE] = {.name = "write",
                      .help = "Write the token into the last --env-file, under the first name of "
                              "--token-var.",
                      .verbs = ON(VERB_TOKEN)},
    [OPTION_PRINT] = {.name = "print",
                      .help = "Write the token, and nothing else, to standard output.",
                      .verbs = ON(VERB_TOKEN)},
    [OPTION_ENABLE_LEGACY] = {.name = "enable-legacy",
                              .help = "Switch legacy tokens on in the organization when they are "
                                      "off and the user may do so. With run: only under --jwt "
                                      "trade.",
                              .verbs = ON(VERB_TOKEN) | ON(VERB_RUN)},
    [OPTION_OFFLINE] = {.name = "offline",
                        .help = "Use no network. token hands over what it was given without "
                                "asking Label Studio whether it accepts it.",
                        .verbs = ON(VERB_CHECK) | ON(VERB_TOKEN)},
    [OPTION_JSON] = {.name = "json",
                     .help = "Print one JSON object with stable keys.",
                     .verbs = ON(VERB_HEALTH) | ON(VERB_CHECK) | ON(VERB_VERIFY)},
    [OPTION_BIN] = {.name = "bin",
                    .argument = "PATH",
                    .kind = VALUE_PATH,
                    .fallback = "the image labelgate, through an init service and a volume",
                    .help = "The program on the host, mounted into each service.",
                    .verbs = ON(VERB_OVERRIDE)},
    [OPTION_MOUNT] = {.name = "env-file",
                      .argument = "PATH",
                      .kind = VALUE_PATH,
                      .fallback = "none: what the service's environment says counts",
                      .help = "A .env file on the host that is mounted into each service, "
                              "read-only. The token comes from it; its variable is blanked in "
                              "the environment.",
                      .verbs = ON(VERB_OVERRIDE)},
    [OPTION_IMAGE_JSON] = {.name = "image-json",
                           .argument = "FILE",
                           .kind = VALUE_PATH,
                           .help =
                               "What docker image inspect prints of the services' images: their "
                               "ENTRYPOINT, CMD and HEALTHCHECK count where the project does not "
                               "say them.",
                           .verbs = ON(VERB_OVERRIDE),
                           .repeatable = true},
    [OPTION_VERBOSE] = {.name = "v",
                        .words = "error|warn|info|debug",
                        .kind = VALUE_WORD,
                        .variable = "LABELGATE_LOG",
                        .fallback = "warn",
                        .help = "Say more on standard error: once info, twice debug. The variable "
                                "takes error, warn, info or debug.",
                        .verbs = ASK | ON(VERB_INSTALL),
                        .repeatable = true},
};

const struct option_row *option_row(enum option_id id)
{
    return &rows[id];
}

struct span option_word(enum option_id id, unsigned index)
{
    struct span rest = span_of(rows[id].words), word;
    while (span_split(&rest, '|', &word))
        if (index-- == 0)
            return word;
    return (struct span){0};
}

int option_word_index(enum option_id id, struct span text)
{
    struct span rest = span_of(rows[id].words), word;
    for (int index = 0; span_split(&rest, '|', &word); index++)
        if (span_equal(word, text))
            return index;
    return -1;
}

void option_add_words(enum option_id id, struct text *out)
{
    struct span rest = span_of(rows[id].words), word;
    const char *between = "";
    while (span_split(&rest, '|', &word)) {
        text_add(out, "%s", between);
        text_add_span(out, word);
        between = rest.text && !memchr(rest.text, '|', rest.len) ? " or " : ", ";
    }
}

static const struct verb_row verbs[VERB_COUNT] = {
    [VERB_RUN] = {.name = "run",
                  .synopsis = "run [options] [--] CMD [ARG...]",
                  .help = "Reads .env, judges the token, then runs CMD as a proper init. For "
                          "ENTRYPOINT."},
    [VERB_HEALTH] = {.name = "health",
                     .synopsis = "health [options]",
                     .help = "Asks Label Studio, and the app if told so, whether all is well, now, "
                             "with the token the app really has. For HEALTHCHECK and probes."},
    [VERB_CHECK] = {.name = "check",
                    .synopsis = "check [options]",
                    .help = "Everything that can be known, explained: the file as Compose reads "
                            "it, each setting and where it came from, the token taken apart, what "
                            "to do next."},
    [VERB_TOKEN] = {.name = "token",
                    .synopsis = "token [options]",
                    .help = "Brings the right token into .env: from standard input, traded for a "
                            "Personal Access Token, or by logging in."},
    [VERB_VERIFY] = {.name = "verify",
                     .synopsis = "verify [options] [FILE]",
                     .help = "The nine integration checks of the guide, in order, or the checks "
                             "of FILE."},
    [VERB_OVERRIDE] = {.name = "override",
                       .synopsis = "override [options] SERVICE...",
                       .help =
                           "Reads a Compose project on standard input (docker compose --profile "
                           "'*' config --no-interpolate --format json) and prints the override "
                           "that guards these services."},
    [VERB_INSTALL] = {.name = "install",
                      .synopsis = "install DEST",
                      .help = "Copies this binary to DEST, a shared volume, for an app's image "
                              "that does not have it."},
    [VERB_HELP] = {.name = "help",
                   .synopsis = "help [VERB|reasons]",
                   .help = "This overview, the page of a verb, or the list of reason words."},
    [VERB_VERSION] = {.name = "version",
                      .synopsis = "version",
                      .help = "The version of labelgate and of the libraries inside."},
    [VERB_INIT] = {.name = "init", .synopsis = "init", .help = "", .hidden = true},
};

const struct verb_row *verb_row(enum verb verb)
{
    return &verbs[verb];
}

static const struct variable_row variables[] = {
    {.name = "NAME_FILE",
     .help = "For each name of --token-var: the token is the content of this file, a Docker or "
             "Kubernetes secret of at most 64 KiB. One line end behind it is dropped. NAME and "
             "NAME_FILE may not both be set.",
     .verbs = TOKEN_OF | ON(VERB_TOKEN)},
    {.name = "LABEL_STUDIO_USERNAME",
     .help = "The user's e-mail address in Label Studio, for token --login and for verify.",
     .verbs = ON(VERB_TOKEN) | ON(VERB_VERIFY)},
    {.name = "LABEL_STUDIO_PASSWORD",
     .help = "The password of that user.",
     .verbs = ON(VERB_TOKEN) | ON(VERB_VERIFY)},
    {.name = "LABEL_STUDIO_PASSWORD_FILE",
     .help = "The file that holds the password.",
     .verbs = ON(VERB_TOKEN) | ON(VERB_VERIFY)},
    {.name = "API_BASE_URL",
     .help = "Where the app is that the built-in checks ask. Without it http://localhost:8000.",
     .verbs = ON(VERB_VERIFY)},
    {.name = "API_USERNAME",
     .help = "The app's user for the built-in checks. Without it LABEL_STUDIO_USERNAME.",
     .verbs = ON(VERB_VERIFY)},
    {.name = "API_PASSWORD",
     .help = "The password of that user. Without it LABEL_STUDIO_PASSWORD.",
     .verbs = ON(VERB_VERIFY)},
    {.name = "NO_COLOR",
     .help = "Set and not empty: no colour and no marks, on a terminal either.",
     .verbs = ON(VERB_CHECK) | ON(VERB_VERIFY)},
};

const struct variable_row *variable_rows(size_t *count)
{
    *count = sizeof variables / sizeof variables[0];
    return variables;
}
