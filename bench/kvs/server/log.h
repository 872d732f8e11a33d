/* log.h: one line on stderr for what happens. Any thread; a line is one write. */
#ifndef KVS_LOG_H
#define KVS_LOG_H

typedef enum log_level { LOG_ERRORS, LOG_WARNINGS, LOG_NOTICES, LOG_DETAILS } log_level;

/* Before any other thread exists. Default: LOG_NOTICES. */
void log_set_level(log_level level);

/* "error", "warning", "notice", "debug"; false: none of them. */
int log_level_named(const char *name, log_level *level);

__attribute__((format(printf, 2, 3))) void log_line(log_level level, const char *format, ...);

#endif
