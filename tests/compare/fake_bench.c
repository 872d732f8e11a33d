/* A contender that measures nothing: it speaks the protocol, well or badly, by its own name.
 *
 * pool-bench-NAME, where NAME is shared_queue, rayon, … (well-behaved), slow10 (10 % slower),
 * crash, hang, rubbish, wrong, unverified, refuse, flood, orphan, misnamed, nolist, badmetric,
 * late (good in the first two runs of a cell, then it crashes). FAKE_NOISE is the standard
 * deviation of the logarithm of its figures (default 0.01); they are independent of each other.
 * FAKE_LOG names a file that gets a line for every run.
 *
 * As native-bench it is native-rayon and the like for --contender, without native-shared_queue,
 * and needs a fifth less. */
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static const char *own_name(const char *program) {
    static const char prefix[] = "pool-bench-";
    const char *slash = strrchr(program, '/');
    const char *base = slash == NULL ? program : slash + 1;
    return strncmp(base, prefix, sizeof prefix - 1) == 0 ? base + sizeof prefix - 1 : base;
}

static double uniform(void) {
    uint64_t bits = 0;
    (void)!getrandom(&bits, sizeof bits, 0);
    return ((double)(bits >> 11) + .5) / 9007199254740992.0;
}

/* Box and Muller. */
static double normal(void) {
    return sqrt(-2 * log(uniform())) * cos(2 * acos(-1) * uniform());
}

static double noise(void) {
    const char *text = getenv("FAKE_NOISE");
    return exp((text == NULL ? .01 : atof(text)) * normal());
}

static void write_log(const char *name, const char *workload, const char *threads) {
    const char *path = getenv("FAKE_LOG");
    FILE *file = path == NULL ? NULL : fopen(path, "a");
    if (file == NULL)
        return;
    fprintf(file, "%s %s %s\n", name, workload, threads);
    fclose(file);
}

static int list(const char *name) {
    const char *answered = strcmp(name, "misnamed") == 0 ? "somebody_else" : name;
    if (strcmp(name, "nolist") == 0) {
        fprintf(stderr, "no idea what a list is\n");
        return 1;
    }
    if (strcmp(name, "floor") == 0) {
        printf("{\"contender\":\"floor\",\"available\":true,\"workloads\":[{\"name\":\"ring\","
               "\"title\":\"a ring\",\"group\":\"floor\",\"threads\":[1],\"default\":true,"
               "\"seconds\":0.02,\"metrics\":[{\"name\":\"ns_per_item\",\"unit\":\"ns\","
               "\"better\":\"lower\",\"primary\":true}]}]}\n");
        return 0;
    }
    printf("{\"contender\":\"%s\",\"available\":true,\"versions\":{\"fake\":\"1.0\"},"
           "\"workloads\":["
           "{\"name\":\"alpha\",\"title\":\"the first\",\"group\":\"throughput\","
           "\"threads\":[1,2,4],\"default\":true,\"seconds\":0.02,\"floor\":\"ring\",\"metrics\":["
           "{\"name\":\"ns_per_job\",\"unit\":\"ns\",\"better\":\"lower\",\"primary\":true},"
           "{\"name\":\"batches\",\"unit\":\"batches\",\"better\":\"none\"}]},"
           "{\"name\":\"beta\",\"title\":\"more is better\",\"group\":\"rates, of "
           "beta\",\"threads\":[1],"
           "\"default\":true,\"seconds\":0.02,\"metrics\":[{\"name\":\"per_second\",\"unit\":"
           "\"1/s\",\"better\":\"higher\",\"primary\":true}]},"
           "{\"name\":\"gamma\",\"title\":\"not in the default\",\"group\":\"throughput\","
           "\"threads\":[1],\"default\":false,\"seconds\":0.02,\"metrics\":[{\"name\":"
           "\"ns_per_job\",\"unit\":\"ns\",\"better\":\"lower\",\"primary\":true}]}]}\n",
           answered);
    return 0;
}

static int print(const char *name, const char *workload, const char *threads, bool verified) {
    double slower = strcmp(name, "slow10") == 0 ? 1.10 : 1;
    const char *shift = getenv("FAKE_REFERENCE_FACTOR");
    double figure = 100 * noise() * slower;
    if (strncmp(name, "native-", 7) == 0)
        figure *= .8;
    if (shift != NULL && strcmp(name, "shared_queue") == 0)
        figure *= atof(shift);
    const char *metric = strcmp(workload, "ring") == 0   ? "ns_per_item"
                         : strcmp(workload, "beta") == 0 ? "per_second"
                                                         : "ns_per_job";
    if (strcmp(workload, "beta") == 0)
        figure = 1e6 / figure;
    if (strcmp(name, "badmetric") == 0)
        metric = "something_else";
    printf("{\"contender\":\"%s\",\"workload\":\"%s\",\"threads\":%s,\"verified\":%s,"
           "\"metrics\":{\"%s\":%.6f,\"batches\":12},"
           "\"percentiles\":{\"start_ns\":{\"p50\":%.1f,\"p99\":%.1f}}}\n",
           name, workload, threads, verified ? "true" : "false", metric, figure, figure,
           figure * 3);
    return 0;
}

static void flood(void) {
    for (;;)
        puts("all work and no measurement make a log file grow and grow and grow");
}

/* Leaves a child that would live for ever. */
static void leave_orphan(void) {
    if (fork() == 0)
        for (;;)
            pause();
}

static int lines_about(const char *name) {
    char line[256];
    int count = 0;
    FILE *file = fopen(getenv("FAKE_LOG"), "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        count += strncmp(line, name, strlen(name)) == 0;
    if (file != NULL)
        fclose(file);
    return count;
}

static int run(const char *name, const char *workload, const char *threads) {
    write_log(name, workload, threads);
    if (strcmp(name, "crash") == 0 || (strcmp(name, "late") == 0 && lines_about(name) > 2)) {
        signal(SIGSEGV, SIG_DFL); /* a sanitizer's handler would exit instead */
        raise(SIGSEGV);
    }
    if (strcmp(name, "hang") == 0)
        for (;;)
            pause();
    if (strcmp(name, "flood") == 0)
        flood();
    if (strcmp(name, "orphan") == 0)
        leave_orphan();
    if (strcmp(name, "rubbish") == 0)
        return printf("42 is the answer\n") < 0;
    if (strcmp(name, "refuse") == 0) {
        fprintf(stderr, "not with me\n");
        return 2;
    }
    if (strcmp(name, "wrong") == 0) {
        fprintf(stderr, "3 jobs are missing\n");
        return 1;
    }
    return print(name, workload, threads, strcmp(name, "unverified") != 0);
}

static const char *value_of(int argc, char **argv, const char *option) {
    for (int i = 1; i + 1 < argc; i++)
        if (strcmp(argv[i], option) == 0)
            return argv[i + 1];
    return "";
}

static bool has_word(int argc, char **argv, const char *word) {
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], word) == 0)
            return true;
    return false;
}

int main(int argc, char **argv) {
    const char *name = own_name(argv[0]);
    if (strcmp(name, "native-bench") == 0)
        name = value_of(argc, argv, "--contender");
    if (strcmp(name, "native-shared_queue") == 0) {
        fprintf(stderr, "unknown contender '%s'\n", name);
        return 2;
    }
    if (has_word(argc, argv, "list"))
        return list(name);
    return run(name, value_of(argc, argv, "--workload"), value_of(argc, argv, "--threads"));
}
