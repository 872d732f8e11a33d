/* The suite on one backend.
 *
 *   CASE             run one case of cases.def; exit 0 passed or skipped, 1 failed, 2 no such case
 *   --list           the names of all cases
 *   --probe NAME     print one answer of probes.def
 *   --answers        print all answers as one JSON object
 *   --child NAME N   the part of a case that may die */

#include "suite.h"

#include "child.h"

static const struct CMUnitTest cases[] = {
#define CASE(name, labels, limit)                                                                  \
    {"shared_queue_thread_pool_" #name, case_##name, NULL, NULL, NULL},
#include "cases.def"
#undef CASE
};

static const struct {
    const char *name;
    const char *(*ask)(void);
} probes[] = {
#define PROBE(name, known) {#name, probe_##name},
#include "probes.def"
#undef PROBE
};

enum { CASES = sizeof cases / sizeof *cases, PROBES = sizeof probes / sizeof *probes };

static int list(void) {
    for (size_t i = 0; i < CASES; i++)
        puts(cases[i].name);
    return 0;
}

/* cmocka's own filter passes when it matches nothing; this does not. */
static int run_case(const char *name) {
    for (size_t i = 0; i < CASES; i++)
        if (strcmp(cases[i].name, name) == 0) {
            const struct CMUnitTest tests[] = {cases[i]};
            return cmocka_run_group_tests_name(thread_pool_backend(), tests, NULL, NULL) != 0;
        }
    fprintf(stderr, "no such case: %s (--list names them)\n", name);
    return 2;
}

static int run_probe(const char *name) {
    for (size_t i = 0; i < PROBES; i++)
        if (strcmp(probes[i].name, name) == 0) {
            printf("%s\n", probes[i].ask());
            return 0;
        }
    fprintf(stderr, "no such probe: %s\n", name);
    return 2;
}

/* The last line of a probe's output, if it is a known answer; a probe that dies or hangs has
 * answered, too. */
static const char *answer_in(const char *question, struct child *child) {
    if (child->hung)
        return "hangs";
    if (!child_exited(child, 0))
        return "dies";
    size_t length = strlen(child->output);
    if (length > 0 && child->output[length - 1] == '\n')
        child->output[length - 1] = '\0';
    const char *newline = strrchr(child->output, '\n');
    const char *answer = newline == NULL ? child->output : newline + 1;
    return is_known_answer(question, answer) ? answer : "unknown";
}

static int print_answers(void) {
    printf("{\n  \"backend\": \"%s\"", thread_pool_backend());
    for (size_t i = 0; i < PROBES; i++) {
        struct child child = run_child("--probe", probes[i].name, 0);
        printf(",\n  \"%s\": \"%s\"", probes[i].name, answer_in(probes[i].name, &child));
    }
    printf("\n}\n");
    return 0;
}

static int usage(const char *program) {
    fprintf(stderr, "usage: %s CASE | --list | --answers | --probe NAME\n", program);
    return 2;
}

int main(int argc, char **argv) {
    const char *mode = argc > 1 ? argv[1] : "";
    if (argc == 4 && strcmp(mode, "--child") == 0)
        return child_main(argv[2], atoi(argv[3]));
    if (argc >= 3 && strcmp(mode, "--probe") == 0)
        return run_probe(argv[2]);
    if (argc == 2 && strcmp(mode, "--list") == 0)
        return list();
    if (argc == 2 && strcmp(mode, "--answers") == 0)
        return print_answers();
    return argc == 2 && mode[0] != '-' ? run_case(mode) : usage(argv[0]);
}
