// SPDX-License-Identifier: MIT
// labelgate.1 in the macros of man(7): plain enough for man-db, mandoc and busybox.
#include <string.h>

#include "pages/pages.h"
#include "spec/help_text.h"
#include "versions.h"

#define LINE ((size_t)1024)

// Text for roff: a backslash is spelled, a dash is a dash of the command line, and a dot or a quote
// that begins a line is not a macro.
static void add_escaped(struct text *out, const char *text)
{
    bool at_line_start = out->len == 0 || out->bytes[out->len - 1] == '\n';
    if (at_line_start && (*text == '.' || *text == '\''))
        text_add(out, "\\&");
    for (; *text; text++) {
        if (*text == '\\')
            text_add(out, "\\e");
        else if (*text == '-')
            text_add(out, "\\-");
        else
            text_add_span(out, (struct span){text, 1});
    }
}

static void add_line(struct text *out, const char *text)
{
    add_escaped(out, text);
    text_add(out, "\n");
}

static void add_bold(struct text *out, const char *text)
{
    text_add(out, "\\fB");
    add_escaped(out, text);
    text_add(out, "\\fR");
}

// A tagged paragraph: the tag in bold, the text indented.
static void add_tagged(struct text *out, const char *tag, const char *text)
{
    text_add(out, ".TP\n");
    add_bold(out, tag);
    text_add(out, "\n");
    add_line(out, text);
}

static void add_head(struct text *out)
{
    text_add(out, ".TH LABELGATE 1 \"\" \"labelgate %s\" \"User Commands\"\n", VERSION_LABELGATE);
    text_add(out, ".SH NAME\n");
    add_line(out, "labelgate - entry point and health check of a container beside Label Studio");
    text_add(out, ".SH SYNOPSIS\n");
    const char *between = "";
    for (enum verb verb = 0; verb < VERB_COUNT; verb++) {
        if (verb_row(verb)->hidden)
            continue;
        text_add(out, "%s", between);
        add_bold(out, "labelgate");
        text_add(out, " ");
        add_line(out, verb_row(verb)->synopsis);
        between = ".br\n";
    }
}

static void add_verbs(struct text *out)
{
    text_add(out, ".SH DESCRIPTION\n");
    add_line(out,
             "One small static program: the ENTRYPOINT and the HEALTHCHECK of a container whose "
             "app speaks to Label Studio. It stops a wrong token before the app starts, is the "
             "app's init, and says clearly when Label Studio refuses the token later.");
    for (enum verb verb = 0; verb < VERB_COUNT; verb++)
        if (!verb_row(verb)->hidden)
            add_tagged(out, verb_row(verb)->name, verb_row(verb)->help);
}

static bool is_shown(unsigned verbs)
{
    for (enum verb verb = 0; verb < VERB_COUNT; verb++)
        if ((verbs & 1U << verb) && !verb_row(verb)->hidden)
            return true;
    return false;
}

// " Verbs: run, health."
static void add_verb_list(struct text *out, unsigned verbs)
{
    const char *between = " Verbs: ";
    for (enum verb verb = 0; verb < VERB_COUNT; verb++) {
        if (!(verbs & 1U << verb) || verb_row(verb)->hidden)
            continue;
        text_add(out, "%s%s", between, verb_row(verb)->name);
        between = ", ";
    }
    text_add(out, ".");
}

static void add_options(struct text *out)
{
    text_add(out, ".SH OPTIONS\n");
    add_line(out, HELP_PRECEDENCE);
    text_add(out, ".PP\n");
    add_line(out, HELP_VALUES);
    for (enum option_id id = 0; id < OPTION_COUNT; id++) {
        char name[LINE], help[LINE];
        struct text text = text_over(name, sizeof name);
        if (!is_shown(option_row(id)->verbs))
            continue;
        table_add_option(id, &text);
        text = text_over(help, sizeof help);
        table_add_option_help(id, &text);
        add_verb_list(&text, option_row(id)->verbs);
        add_tagged(out, name, help);
    }
    add_tagged(out, "-h, --help", "The page of the verb.");
}

static void add_variables(struct text *out)
{
    size_t count;
    const struct variable_row *variables = variable_rows(&count);
    text_add(out, ".SH ENVIRONMENT\n");
    add_line(out, "The variables that options name, and:");
    for (size_t i = 0; i < count; i++)
        if (is_shown(variables[i].verbs))
            add_tagged(out, variables[i].name, variables[i].help);
    text_add(out, ".PP\n");
    add_line(out, "LISTEN_PID, WATCHDOG_PID and SYSTEMD_EXEC_PID name the app where they named "
                  "labelgate, as systemd sets them; LISTEN_PIDFDID goes with the first.");
}

static void add_files(struct text *out)
{
    text_add(out, ".SH FILES\n");
    add_tagged(out, ".env",
               "Read exactly as Docker Compose reads it. LABELGATE_ENV_FILE, LABELGATE_LOAD and "
               "NAME_FILE are ignored in it, with a warning.");
}

static void add_probe(struct text *out)
{
    text_add(out, ".SH HEALTH CHECK\n");
    add_line(out,
             "health asks about what the running app was started with, which it reads from the "
             "environment of the labelgate that runs it: PID 1, else another process of the "
             "container. The same options on its own command line do not replace that, and it "
             "says that they were not used; --url counts for an app that was started without "
             "an address. How to ask (--timeout, --ca-file, --app-url, --unreachable, --wait) "
             "is its own business.");
    text_add(out, ".PP\n");
    add_line(out,
             "A process is believed only when its four user ids are all 0 or all the probe's, "
             "its program is not set-user-ID or set-group-ID, and it is in the probe's mount "
             "and process namespace; one other than PID 1 also only in the probe's control "
             "group, or in any where the probe is in PID 1's. So run HEALTHCHECK as the user of "
             "the app's container. Of several none is believed. Then health uses the settings "
             "that it finds itself. -v and the note of an unhealthy verdict say which process "
             "was believed or why none was.");
    text_add(out, ".PP\n");
    add_line(out,
             "An unhealthy verdict also goes to standard error of the process that was "
             "believed, when that is a pipe or a terminal: the container's log shows it when it "
             "begins, when its word changes (after a wait that of the last try), and once an "
             "hour; then \"healthy again\", once.");
    text_add(out, ".PP\n");
    add_line(out, "A file that is mounted by itself stays the old one when the host puts a new "
                  "file in its place, as editors and git do. health (in its note) and check say "
                  "so of the .env files, NAME_FILE, header file and CA file: restart the "
                  "container.");
}

static const char *const checks_example[] = {
    "; checks of another app",
    "[defaults]",
    "timeout = 10s",
    "set shop = ${SHOP_URL:-http://localhost:3000}",
    "",
    "[Login]",
    "request = POST ${shop}/login",
    "json = {\"user\": \"${SHOP_USER}\",",
    "json =  \"password\": \"${SHOP_PASSWORD}\"}",
    "status = 200",
    "save session = data.token",
    "remedy = set SHOP_USER and SHOP_PASSWORD",
    "",
    "[Orders]",
    "request = GET ${shop}/orders",
    "header Authorization = Bearer ${session}",
    "member 0.id = *",
};

static const struct {
    const char *line;
    const char *meaning;
} checks_lines[] = {
    {"[NAME]", "A check, and the name that is printed. [defaults] may come before the first."},
    {"request = METHOD URL", "What is asked."},
    {"header NAME = VALUE", "A request header."},
    {"json = TEXT", "The body. Repeated lines are put together. A value that is filled in is "
                    "escaped as the inside of a JSON string."},
    {"status = CODE...", "The answers that pass, such as 200 201 or 2xx; without it any 2xx."},
    {"member PATH = VALUE",
     "Required in the answer's JSON: a string, a number, true, false or null; * is anything but "
     "null. A path goes down by dots: details.connected, 0.name."},
    {"token = accepted",
     "Label Studio must accept the token of the settings: labelgate asks it as health does, at "
     "LABEL_STUDIO_URL, or at URL with accepted by URL. What it refuses, what is wrong with the "
     "token itself and no clear answer fail the check, each with its reason word."},
    {"remark PATH = VALUE", "As member, but what the answer says otherwise is only remarked."},
    {"show = PATH", "A value of the answer that is told with a remark."},
    {"hint NAME... = TEXT", "Remarked when the check fails while all these variables are set."},
    {"save NAME = PATH", "A value of the answer for later checks, as ${NAME}."},
    {"needs = CHECK", "Not asked when that check did not pass. A check that uses what another one "
                      "saves needs it without being told."},
    {"jwt = TEXT", "In place of request: the text has three parts with dots between them."},
    {"remedy = TEXT", "Printed when the check fails."},
    {"timeout = D", "Of this check; in [defaults] of each one. --timeout counts before both."},
    {"set NAME = TEXT", "In [defaults]: a value for all checks."},
};

static void add_checks(struct text *out)
{
    text_add(out, ".SH CHECKS FILE\n");
    add_line(out, "The FILE of verify is an INI file, one section a check, asked in their order. "
                  "${NAME} is a value that was saved or set, a setting, or a variable of the "
                  "environment or of the .env file; ${NAME:-TEXT} is TEXT when it is not set "
                  "or empty. A line that begins with a semicolon is a comment. A check that "
                  "fails shows its request with the values filled in; what may be a secret "
                  "stays ${NAME}.");
    for (size_t i = 0; i < sizeof checks_lines / sizeof checks_lines[0]; i++)
        add_tagged(out, checks_lines[i].line, checks_lines[i].meaning);
    text_add(out, ".PP\nFor example:\n.PP\n.nf\n.RS\n");
    for (size_t i = 0; i < sizeof checks_example / sizeof checks_example[0]; i++)
        add_line(out, checks_example[i]);
    text_add(out, ".RE\n.fi\n");
}

static const struct {
    const char *what;
    const char *meaning;
} trust_lines[] = {
    {"The CA file",
     "A file, or a folder of which each file with OpenSSL's hashed name (5ed36f99.0) is read. "
     "The whole of it is trusted: PEM blocks CERTIFICATE and TRUSTED CERTIFICATE, or "
     "one certificate in DER. A block that cannot be read is passed over. A server's "
     "own self-signed certificate may be in it. A TRUSTED CERTIFICATE that carries "
     "trust settings of OpenSSL is not accepted."},
    {"Keys and signatures",
     "RSA from 2048 bits and the curves P-256, P-384 and P-521; SHA-256, 384 "
     "or 512. SHA-1 is accepted only where a root signs itself. Ed25519, Ed448, "
     "DSA, secp256k1 and Brainpool are not supported."},
    {"Hosts",
     "An address in the URL must be an iPAddress of the certificate, a name a dNSName; the "
     "common name counts only without any subjectAltName. A wildcard matches one first "
     "label, below a domain of two labels or more."},
    {"What is not judged", "Name constraints and critical certificate policies. A CA that has name "
                           "constraints, critical or not, is refused, whether they are kept or "
                           "broken. Nothing is asked about revocation."},
};

static const struct {
    const char *what;
    const char *meaning;
} proxy_lines[] = {
    {"Which proxy",
     "For https the first that is set of https_proxy, HTTPS_PROXY, all_proxy and ALL_PROXY; for "
     "http of http_proxy, HTTP_PROXY (not where REQUEST_METHOD is set, as in a CGI program), "
     "all_proxy and ALL_PROXY. http://USER:PASSWORD@HOST:PORT, with special characters of user "
     "and password as %XX; without http:// it means the same, without a port 80. Proxies that "
     "speak SOCKS, or TLS themselves, cannot be used."},
    {"What is asked directly",
     "What no_proxy, or else NO_PROXY, lists with commas: a name means itself and all names "
     "below it, with a leading dot or without; an address means itself, an address with /BITS "
     "its network; * alone means everything. An entry with a port matches nothing. Loopback "
     "addresses and --app-url are always asked directly."},
    {"Whose variables",
     "Those of the container, and what --load adds of the file. health reads those of its own "
     "environment, which are the container's: what a script sets for the app alone it does not "
     "see. LABELGATE_PROXY then names the proxy, or none."},
    {"Who sees the token", "Over https nobody but Label Studio: the proxy opens a tunnel "
                           "(CONNECT), and the certificate is verified end to end. Over http the "
                           "proxy sees it, as it sees the app's."},
};

static void add_proxies(struct text *out)
{
    text_add(out, ".SH PROXIES\n");
    add_line(out, "Label Studio is asked the way the app asks it; --proxy changes that for "
                  "labelgate alone. The variables are read as libcurl reads them. A verdict that "
                  "went through a proxy says so.");
    for (size_t i = 0; i < sizeof proxy_lines / sizeof proxy_lines[0]; i++)
        add_tagged(out, proxy_lines[i].what, proxy_lines[i].meaning);
}

static void add_trust(struct text *out)
{
    text_add(out, ".SH CERTIFICATES\n");
    add_line(out,
             "Over https, mbedTLS alone decides whether a server is believed; nothing turns that "
             "off. Where it does not look as OpenSSL does, labelgate refuses more.");
    for (size_t i = 0; i < sizeof trust_lines / sizeof trust_lines[0]; i++)
        add_tagged(out, trust_lines[i].what, trust_lines[i].meaning);
}

static void add_exits(struct text *out)
{
    size_t count;
    const struct exit_row *exits = exit_rows(&count);
    text_add(out, ".SH EXIT STATUS\n");
    for (size_t i = 0; i < count; i++) {
        char meaning[LINE];
        struct text text = text_over(meaning, sizeof meaning);
        text_add(&text, "%s.", exits[i].meaning);
        add_verb_list(&text, exits[i].verbs);
        add_tagged(out, exits[i].code, meaning);
    }
}

static void add_situation(struct text *out, enum reason reason)
{
    char bytes[LINE];
    struct text text = text_over(bytes, sizeof bytes);
    table_add_template(reason_sentence_template(reason), &text);
    add_line(out, bytes);
    text = text_over(bytes, sizeof bytes);
    table_add_template(reason_remedy_template(reason), &text);
    if (text.len == 0)
        return;
    text_add(out, ".br\n\\fITo do:\\fR ");
    add_line(out, bytes);
}

static void add_reasons(struct text *out)
{
    text_add(out, ".SH REASON WORDS\n");
    add_line(out, HELP_CLASSES);
    for (enum reason word = 0; word < REASON_COUNT; word++) {
        const char *between = "";
        if (!table_is_first(word))
            continue;
        text_add(out, ".TP\n");
        add_bold(out, reason_word(word));
        text_add(out, " (%s)\n", reason_class_name(reason_class(word)));
        for (enum reason reason = word; reason < REASON_COUNT; reason++) {
            if (strcmp(reason_word(reason), reason_word(word)) != 0)
                continue;
            text_add(out, "%s", between);
            add_situation(out, reason);
            between = ".IP\n";
        }
    }
}

static void add_kinds(struct text *out)
{
    size_t count;
    const struct kind_row *kinds = kind_rows(&count);
    text_add(out, ".SH KINDS OF TOKEN\n");
    for (size_t i = 0; i < count; i++) {
        char bytes[LINE];
        struct text text = text_over(bytes, sizeof bytes);
        text_add(&text, "Looks like: %s. Works? %s.", kinds[i].looks, kinds[i].works);
        add_tagged(out, kinds[i].name, bytes);
    }
}

static void add_examples(struct text *out)
{
    size_t count;
    const struct example_row *examples = example_rows(&count);
    text_add(out, ".SH EXAMPLES\n");
    for (size_t i = 0; i < count; i++)
        add_tagged(out, examples[i].command, examples[i].meaning);
}

void pages_manual(struct text *out)
{
    add_head(out);
    add_verbs(out);
    add_options(out);
    add_variables(out);
    add_files(out);
    add_probe(out);
    add_proxies(out);
    add_trust(out);
    add_checks(out);
    add_exits(out);
    add_reasons(out);
    add_kinds(out);
    add_examples(out);
}
