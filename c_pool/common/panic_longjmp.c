/* thread_pool_panic without an unwinder: the frames are abandoned, their cleanups do not run. */
#include "panic.h"

noreturn void thread_pool_panic(const char *message) {
    siglongjmp(thread_pool_panic_begin(message)->landing, 1);
}
