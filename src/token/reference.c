// SPDX-License-Identifier: MIT
#include "token/reference.h"

#include <string.h>

#include "base/ascii.h"
#include "token/shape.h"

// ---- Variables ----------------------------------------------------------------------------------

// A name as variables have one; `small`: with small letters too.
static bool is_name(struct span span, bool small)
{
    if (span.len < 2 || ascii_is_digit(span.text[0]))
        return false;
    bool letter = false;
    for (size_t i = 0; i < span.len; i++) {
        char c = span.text[i];
        if (!ascii_is_name(c) || (!small && ascii_is_lower(c)))
            return false;
        letter = letter || ascii_is_letter(c);
    }
    return letter;
}

// A name in small letters that speaks of a token: "$ecret1" is an operator's own.
static bool speaks_of_token(struct span span)
{
    static const char *const words[] = {"token", "api_key", "apikey", "label_studio",
                                        "labelstudio"};
    if (!is_name(span, true))
        return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (span_has_nocase(span, words[i]))
            return true;
    return false;
}

// NAME between two marks.
static bool is_marked(struct span span, const char *before, const char *after, bool small)
{
    size_t left = strlen(before), right = strlen(after);
    return span.len > left + right && span_starts(span, before) && span_ends(span, after) &&
           is_name((struct span){span.text + left, span.len - left - right}, small);
}

static bool is_variable(struct span span)
{
    if (span_starts_nocase(span, "$env:"))
        return span_find(span, "=") == span.len; // else it is set there
    if (span_starts(span, "$") &&
        (is_name(span_rest(span, 1), false) || speaks_of_token(span_rest(span, 1))))
        return true;
    static const char *const marks[][2] = {{"%", ""},   {"@", "@"},  {"__", "__"}, {"!", "!"},
                                           {"$", "$"},  {"$$", ""},  {"%%", "%%"}, {"@@", "@@"},
                                           {"{$", "}"}, {"env:", ""}};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (is_marked(span, marks[i][0], marks[i][1], false))
            return true;
    return is_marked(span, "%", "%", true) || is_marked(span, "%(", ")s", true);
}

// `open`, a name or the beginning of a template's expression, and `close` after it, anywhere.
static bool has_pair(struct span span, const char *open, const char *close)
{
    size_t at = span_find(span, open) + strlen(open);
    if (at >= span.len)
        return false;
    struct span rest = span_rest(span, at);
    bool begins = ascii_is_letter(rest.text[0]) || strchr("_ .{/<\"'$%-", rest.text[0]);
    return begins && span_find(rest, close) < rest.len;
}

// The name of a variable whose $ was forgotten: no operator calls a token so.
static bool is_own_name(struct span span)
{
    bool begins = span_starts(span, "LABEL_STUDIO_") || span_starts(span, "LABELSTUDIO_");
    bool ends = span_ends(span, "_TOKEN") || span_ends(span, "_KEY");
    return begins && ends && is_name(span, false);
}

// ---- Secret managers ----------------------------------------------------------------------------

struct row {
    const char *begin, *end; // "" fits all
    const char *kind;
};

static const struct row rows[] = {
    {"op://", "", "a 1Password reference (op://)"},
    {"vault://", "", "a Vault reference (vault://)"},
    {"vault:", "", "a Vault reference (vault:)"},
    {"pass:", "", "a reference to a password store (pass:)"},
    {"sops:", "", "a reference to a file of SOPS (sops:)"},
    {"k8s:", "", "a reference to a Kubernetes secret (k8s:)"},
    {"bao:", "", "an OpenBao reference (bao:)"},
    {"aws-sm://", "", "a reference to AWS Secrets Manager (aws-sm://)"},
    {"awssm://", "", "a reference to AWS Secrets Manager (awssm://)"},
    {"secretsmanager:", "", "a reference to AWS Secrets Manager"},
    {"arn:aws", "", "the name of an AWS resource (arn:aws...)"},
    {"gsm:", "", "a reference to Google Secret Manager (gsm:)"},
    {"sm://", "", "a reference to Google Secret Manager (sm://)"},
    {"azurekv://", "", "a reference to Azure Key Vault (azurekv://)"},
    {"@Microsoft.KeyVault(", "", "a reference to Azure Key Vault (@Microsoft.KeyVault)"},
    {"secretref:", "", "a reference to a secret (secretref:)"},
    {"keyvaultref:", "", "a reference to Azure Key Vault (keyvaultref:)"},
    {"ref+", "", "a vals reference (ref+...)"},
    {"ENC[", "]", "an encrypted value (ENC[...])"},
    {"ENC(", ")", "an encrypted value (ENC(...))"},
    {"{cipher}", "", "an encrypted value ({cipher})"},
    {"$ANSIBLE_VAULT;", "", "an encrypted value of Ansible Vault"},
    {"age-encryption.org/", "", "an encrypted value (age)"},
    {"-----BEGIN AGE ENCRYPTED", "", "an encrypted value (age)"},
    {"-----BEGIN PGP MESSAGE", "", "an encrypted value (PGP)"},
    {"!vault", "", "a YAML tag (!vault)"},
    {"!env ", "", "a YAML tag (!env)"},
    {"!env_var ", "", "a YAML tag (!env_var)"},
    {"!include ", "", "a YAML tag (!include)"},
    {"!file ", "", "a YAML tag (!file)"},
    {"!reference", "", "a YAML tag (!reference)"},
    {"!secret ", "", "a YAML tag (!secret)"},
    {"!Ref ", "", "a CloudFormation reference (!Ref)"},
    {"!Sub ", "", "a CloudFormation reference (!Sub)"},
    {"!GetAtt ", "", "a CloudFormation reference (!GetAtt)"},
    {"!ImportValue ", "", "a CloudFormation reference (!ImportValue)"},
    {"<%", "%>", "a template (<%= ... %>)"},
    {"{%", "%}", "a template ({% ... %})"},
    {"((", "))", "a reference ((...))"},
    {"[[", "]]", "a template ([[...]])"},
    {"#{", "}", "a reference #{...}"},
    {"#{", "}#", "a reference #{...}#"},
    {"ssm:/", "", "a reference to AWS Parameter Store (ssm:)"},
    {"akeyless:/", "", "a reference to Akeyless (akeyless:)"},
    {"k8s://", "", "a reference to a Kubernetes secret (k8s://)"},
    {"secretKeyRef", "", "a reference to a Kubernetes secret (secretKeyRef)"},
    {"resolve:ssm", "", "a CloudFormation reference ({{resolve:...}})"},
    {"resolve:secretsmanager", "", "a CloudFormation reference ({{resolve:...}})"},
    {"docker-secret:", "", "a reference to a Docker secret"},
    {"file:/", "", "the address of a file (file:)"},
    {"`", "`", "a shell command between backticks"},
    {"$(", ")", "a reference $(...)"},
};

// vault: and gsm: with a path, a version or a field after them; a colon alone may be in any text.
static bool is_plain_colon(struct span span, const struct row *row)
{
    size_t len = strlen(row->begin);
    bool bare = row->end[0] == '\0' && row->begin[len - 1] == ':' && len <= strlen("vault:");
    struct span rest = span_rest(span, len);
    return bare && span_find(rest, "/") == rest.len && !span_starts(rest, "v1:");
}

static const char *manager_kind(struct span span)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        if (!span_starts_nocase(span, row->begin))
            continue;
        size_t least = strlen(row->begin) + strlen(row->end);
        if (span.len > least && (row->end[0] == '\0' || span_ends(span, row->end)) &&
            !is_plain_colon(span, row))
            return row->kind;
    }
    bool project = span_starts(span, "projects/") && span_find(span, "/secrets/") < span.len;
    return project ? "a secret of Google Secret Manager (projects/.../secrets/...)" : NULL;
}

// ---- Source text --------------------------------------------------------------------------------

// What a program or a workflow would have put the value in place of.
static const char *code_kind(struct span span)
{
    static const char *const calls[] = {"process.env.",
                                        "process.env[",
                                        "import.meta.env.",
                                        "os.environ",
                                        "os.getenv(",
                                        "getenv(",
                                        "System.getenv(",
                                        "ENV[",
                                        "env(",
                                        "Deno.env.",
                                        "Environment.GetEnvironmentVariable("};
    static const char *const contexts[] = {"secrets.", "vars.", "inputs.", "var.",
                                           "local.",   "env.",  "params.", "parameters."};
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        if (span.len > strlen(calls[i]) && span_starts(span, calls[i]))
            return "a piece of a program (process.env.NAME or the like)";
    if (is_marked(span, "{env:", "}", false))
        return "a variable {env:NAME}";
    if (span_starts(span, "$") || span_starts(span, "\\"))
        span = span_rest(span, 1);
    if (is_marked(span, "$", "", false))
        return "a variable ($NAME, %NAME% or the like)";
    for (size_t i = 0; i < sizeof contexts / sizeof contexts[0]; i++) {
        struct span name = span_rest(span, strlen(contexts[i]));
        if (span_starts(span, contexts[i]) && (is_name(name, false) || speaks_of_token(name)))
            return "an expression of a CI system or of Terraform (secrets.NAME)";
    }
    return NULL;
}

// NAME:// as secret managers and their tools write it. Letters alone, with + - . _ between: a digit
// in it may be an operator's own token.
static bool has_scheme(struct span span)
{
    size_t len = span_find(span, "://");
    if (len < 2 || len + strlen("://") >= span.len || !ascii_is_letter(span.text[0]))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!ascii_is_letter(span.text[i]) && !strchr("+-._", span.text[i]))
            return span_starts_nocase(span, "s3://") || span_starts_nocase(span, "1password://");
    return true;
}

bool reference_is_http(struct span span)
{
    return span_starts_nocase(span, "http://") || span_starts_nocase(span, "https://");
}

const char *reference_kind(struct span span)
{
    if (reference_is_http(span))
        return NULL;
    const char *kind = manager_kind(span);
    if (kind)
        return kind;
    if (span_starts_nocase(span, "file://"))
        return "the address of a file (file://)";
    if (has_scheme(span))
        return "a reference of a secret manager (NAME://...)";
    if (has_pair(span, "{{", "}}"))
        return span_find(span, "${{") < span.len ? "an expression of a CI system (${{...}})"
                                                 : "a template ({{...}})";
    if (has_pair(span, "${", "}"))
        return "a variable ${...}";
    if (has_pair(span, "$(", ")"))
        return "a reference $(...)";
    if (is_variable(span))
        return "a variable ($NAME, %NAME% or the like)";
    kind = code_kind(span);
    if (kind)
        return kind;
    return is_own_name(span) ? "the name of a variable" : NULL;
}

bool reference_is_path(struct span span)
{
    if (span_starts(span, "@") || span_starts(span, "<")) // as for curl and a shell
        span = span_rest(span, 1);
    span = span_trim(span);
    static const char *const folders[] = {"/run/", "/var/run/", "/etc/", "/mnt/", "/vault/",
                                          // no base64 begins so
                                          "./", "../", "~/"};
    if (span.len > 3 && ascii_is_letter(span.text[0]) && span_starts(span_rest(span, 1), ":\\"))
        return true; // C:\...
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        if (span.len > strlen(folders[i]) && span_starts(span, folders[i]))
            return true;
    return false;
}
