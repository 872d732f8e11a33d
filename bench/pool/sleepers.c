#include "sleepers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "clock.h"

#define BETWEEN_LOOKS_NS 100000u

static bool add_thread(struct sleepers *sleepers, const char *id) {
    char path[300];
    int *files = realloc(sleepers->stat_files, (sleepers->count + 1) * sizeof *files);
    if (files == NULL)
        return false;
    sleepers->stat_files = files;
    snprintf(path, sizeof path, "/proc/self/task/%s/stat", id);
    files[sleepers->count] = open(path, O_RDONLY | O_CLOEXEC);
    if (files[sleepers->count] < 0)
        return errno == ENOENT || errno == ESRCH; /* it has ended meanwhile */
    sleepers->count++;
    return true;
}

static bool add_threads(struct sleepers *sleepers, DIR *tasks) {
    struct dirent *entry;
    while ((entry = readdir(tasks)) != NULL) {
        if (entry->d_name[0] == '.' || atoi(entry->d_name) == gettid())
            continue;
        if (!add_thread(sleepers, entry->d_name))
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
    for (size_t i = 0; i < sleepers->count; i++)
        close(sleepers->stat_files[i]);
    free(sleepers->stat_files);
    *sleepers = (struct sleepers){NULL, 0};
}

/* The state follows the name, which is in brackets and may hold any character. */
static bool is_asleep(int stat_file) {
    char text[512];
    ssize_t length = pread(stat_file, text, sizeof text - 1, 0);
    if (length <= 0)
        return true;
    text[length] = '\0';
    const char *name_end = strrchr(text, ')');
    return name_end != NULL && name_end[1] == ' ' && name_end[2] == 'S';
}

static bool all_asleep(const struct sleepers *sleepers) {
    for (size_t i = 0; i < sleepers->count; i++)
        if (!is_asleep(sleepers->stat_files[i]))
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
