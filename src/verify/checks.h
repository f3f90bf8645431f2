// SPDX-License-Identifier: MIT
// The checks of `verify`: an INI file read through inih, one section a check, and asking one of
// them.
//
//   [defaults]                        before the checks; all of it may be left out
//   timeout = 30s                     of each check
//   set api = ${API_BASE_URL:-http://localhost:8000}
//
//   [Task creation]                   the name that is printed
//   request = POST ${api}/api/tasks
//   header Authorization = Bearer ${access_token}
//   json = {"name": "a task"}         repeated: the lines are put together
//   status = 200 201                  numbers, 2xx; without it 2xx
//   member status = success           required in the answer's JSON: a string, a number, true,
//                                     false or null. Paths go down by dots: details.connected,
//                                     0.name
//   member id = *                     anything but null
//   token = accepted                  Label Studio must accept the token of the settings, asked as
//                                     `health` asks; "accepted by URL" names another base URL than
//                                     LABEL_STUDIO_URL
//   remark status = success           as member, but what is otherwise is only remarked
//   show = details.base_url           told with a remark
//   hint A B = TEXT                   remarked when the check fails while variables A and B are set
//   save task_id = id                 for later checks: ${task_id}
//   needs = Another check             passed over when that one did not pass; need not be said
//                                     where a check uses what another one saves
//   remedy = see the log of the app   printed when it fails
//   jwt = ${access_token}             in place of request: the text has three dot-separated parts
//
// ${NAME} is a saved value, a `set`, or what the caller knows by that name (a `set` that uses
// others, each several times, must not grow beyond CHECKS_VALUE_MAX); ${NAME:-TEXT} is TEXT when it
// is not set or empty. In `json` a value is escaped as the inside of a JSON string.
#ifndef LABELGATE_VERIFY_CHECKS_H
#define LABELGATE_VERIFY_CHECKS_H

#include "verify/checks_types.h"

// False with REASON_CHECKS_INVALID, the line and what is wrong with it (no text of the file but a
// name). `path` names the file in the sentence. The caller frees `self` with checks_free in both
// cases.
bool checks_read(struct checks *self, const char *text, size_t len, const char *path,
                 struct finding *finding);
void checks_free(struct checks *self);
// The nine checks of the guide: builtin_checks.ini, compiled in.
struct span checks_builtin(void);
// Does check `later` need check `earlier`, by name or by using what it saves?
bool checks_needs(const struct checks *self, unsigned later, unsigned earlier);

// What will be asked, as the file has it: `asked` of a check that is not asked.
void check_describe(const struct check *check, struct check_result *result);
// Asks one check; never CHECK_SKIPPED, that is the caller's decision. `saves` is empty unless it
// passed.
void check_ask(const struct checks *self, const struct check *check, const struct check_run *run,
               struct check_result *result, struct check_saves *saves);
// Puts what a check saved among the other values. False: too many.
bool check_values_add(struct check_values *self, const struct check_saves *saves);

#endif
