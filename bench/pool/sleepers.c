#include "sleepers.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "clock.h"

#define BETWEEN_LOOKS_NS 100000u

static bool add_thread(struct sleepers *sleepers, int id) {
    int *ids = realloc(sleepers->ids, (sleepers->count + 1) * sizeof *ids);
    if (ids == NULL)
        return false;
    sleepers->ids = ids;
    ids[sleepers->count++] = id;
    return true;
}

static bool add_threads(struct sleepers *sleepers, DIR *tasks) {
    struct dirent *entry;
    while ((entry = readdir(tasks)) != NULL) {
        int id = atoi(entry->d_name); /* 0 for . and .. */
        if (id != 0 && id != gettid() && !add_thread(sleepers, id))
            return false;
    }
    return true;
}

bool sleepers_open(struct sleepers *sleepers) {
    *sleepers = (struct sleepers){NULL, 0};
    DIR *tasks = opendir("/proc/self/task");
    if (tasks == NULL)
        return false;
    bool complete = add_threads(sleepers, tasks);
    closedir(tasks);
    if (!complete)
        sleepers_close(sleepers);
    return complete;
}

void sleepers_close(struct sleepers *sleepers) {
    free(sleepers->ids);
    *sleepers = (struct sleepers){NULL, 0};
}

/* The thread's line in /proc, "" when it has ended. Opened for each look: a pool may have more
 * threads than a process may have open files. */
static void read_stat(int id, char *text, size_t size) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", id);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? -1 : read(file, text, size - 1);
    if (file >= 0)
        close(file);
    text[length < 0 ? 0 : length] = '\0';
}

/* The state follows the name, which is in brackets and may hold any character. */
static bool is_asleep(int id) {
    char text[512];
    read_stat(id, text, sizeof text);
    const char *name_end = strrchr(text, ')');
    return text[0] == '\0' || (name_end != NULL && name_end[1] == ' ' && name_end[2] == 'S');
}

static bool all_asleep(const struct sleepers *sleepers) {
    for (size_t i = 0; i < sleepers->count; i++)
        if (!is_asleep(sleepers->ids[i]))
            return false;
    return true;
}

bool sleepers_wait(const struct sleepers *sleepers, uint64_t patience_ns) {
    uint64_t deadline = now_ns() + patience_ns;
    int looks = 0;
    while (looks < 2 && now_ns() < deadline) {
        sleep_for(BETWEEN_LOOKS_NS);
        looks = all_asleep(sleepers) ? looks + 1 : 0;
    }
    return looks == 2;
}

uint64_t sleeps_of_others(void) {
    struct rusage process, self;
    getrusage(RUSAGE_SELF, &process);
    getrusage(RUSAGE_THREAD, &self);
    return (uint64_t)(process.ru_nvcsw - self.ru_nvcsw);
}
