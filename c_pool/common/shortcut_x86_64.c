/* shortcut.h for x86-64 with libgcc. */
#include "shortcut.h"

#include <stddef.h>

#include "frame_tables.h"
#include "panic.h"

enum { RBX = 3, RBP = 6, SP = THREAD_POOL_FRAME_SP, R12 = 12, R13, R14, R15 };

/* What a callee preserves, beside the stack pointer. */
static const uint8_t kept[] = {RBX, RBP, R12, R13, R14, R15};

/* The entry of the contract's thread_pool_panic: a frame of itself, before any C code has touched a
 * register that belongs to the job. */
__asm__(".text\n"
        ".globl thread_pool_panic\n"
        ".type thread_pool_panic, @function\n"
        "thread_pool_panic:\n"
        "    .cfi_startproc\n"
        "    endbr64\n"
        "    subq $136, %rsp\n"
        "    .cfi_adjust_cfa_offset 136\n"
        "    movq 136(%rsp), %rax\n" /* the return address */
        "    movq %rax, (%rsp)\n"
        "    leaq 144(%rsp), %rax\n" /* the job's stack pointer */
        "    movq %rbx, 8+8*3(%rsp)\n"
        "    movq %rbp, 8+8*6(%rsp)\n"
        "    movq %rax, 8+8*7(%rsp)\n"
        "    movq %r12, 8+8*12(%rsp)\n"
        "    movq %r13, 8+8*13(%rsp)\n"
        "    movq %r14, 8+8*14(%rsp)\n"
        "    movq %r15, 8+8*15(%rsp)\n"
        "    movq %rsp, %rsi\n"
        "    call thread_pool_panic_from\n"
        "    ud2\n"
        "    .cfi_endproc\n"
        ".size thread_pool_panic, .-thread_pool_panic\n");

_Static_assert(sizeof(struct thread_pool_frame) == 136, "the entry above");
_Static_assert(offsetof(struct thread_pool_frame, registers) == 8, "the entry above");

/* Goes on in a frame at its cleanup: as the personality's landing pads expect it, the exception in
 * rax and a selector, 0 for a cleanup, in rdx. Not inlined: before a call that does not return,
 * AddressSanitizer forgets what it knows of the frames that are left here. */
__attribute__((noinline)) noreturn static void
land(const struct thread_pool_frame *frame, uintptr_t pad, struct _Unwind_Exception *exception) {
    __asm__ volatile("movq 8+8*3(%%rsi), %%rbx\n\t"
                     "movq 8+8*6(%%rsi), %%rbp\n\t"
                     "movq 8+8*12(%%rsi), %%r12\n\t"
                     "movq 8+8*13(%%rsi), %%r13\n\t"
                     "movq 8+8*14(%%rsi), %%r14\n\t"
                     "movq 8+8*15(%%rsi), %%r15\n\t"
                     "movq 8+8*7(%%rsi), %%rsp\n\t"
                     "jmp *%%rcx"
                     :
                     : "S"(frame), "c"(pad), "a"(exception), "d"(0L)
                     : "memory");
    __builtin_unreachable();
}

/* A shadow stack would have to be unwound too; the instruction does nothing without one. */
static bool has_shadow_stack(void) {
    uintptr_t pointer = 0;
    __asm__ volatile(".byte 0xf3, 0x48, 0x0f, 0x1e, 0xc8" : "+a"(pointer)); /* rdsspq %rax */
    return pointer != 0;
}

static void to_caller(struct thread_pool_frame *frame,
                      const struct thread_pool_frame_rules *rules) {
    uintptr_t cfa = frame->registers[rules->cfa_register] + (uintptr_t)(intptr_t)rules->cfa_offset;
    for (size_t i = 0; i < sizeof kept; i++)
        if ((rules->saved >> kept[i] & 1) != 0)
            frame->registers[kept[i]] =
                *(const uintptr_t *)(cfa + (uintptr_t)(intptr_t)rules->offset[kept[i]]);
    frame->pc =
        *(const uintptr_t *)(cfa + (uintptr_t)(intptr_t)rules->offset[THREAD_POOL_FRAME_RETURN]);
    frame->registers[SP] = cfa;
}

/* The call in worker->run that calls jobs returns here: found once per thread, saves a look-up. */
static _Thread_local uintptr_t job_returns_to __attribute__((tls_model("initial-exec")));

/* The frame whose cleanup was entered last: its stack pointer, and who called it. A frame keeps
 * what its caller wants back until it returns, so this stays true until the cleanup has ended. */
static _Thread_local struct {
    uintptr_t sp;
    struct thread_pool_frame caller;
} entered __attribute__((tls_model("initial-exec")));

enum step { AT_CLEANUP, AT_WORKER, UNKNOWN };

static void enter(const struct thread_pool_frame *frame,
                  const struct thread_pool_frame_rules *rules) {
    entered.sp = frame->registers[SP];
    entered.caller = *frame;
    to_caller(&entered.caller, rules);
}

static enum step walk(struct thread_pool_frame *frame, const struct thread_pool_worker *worker,
                      struct thread_pool_frame_info *info) {
    while (frame->pc != job_returns_to) {
        const uint8_t *entry;
        info->function = thread_pool_frame_find(frame->pc, &entry);
        if (info->function == 0)
            return UNKNOWN;
        if (info->function == (uintptr_t)worker->run) {
            job_returns_to = frame->pc;
            break;
        }
        if (!thread_pool_frame_read(entry, frame->pc, info))
            return UNKNOWN;
        if (info->pad != 0) {
            enter(frame, &info->rules);
            return AT_CLEANUP;
        }
        to_caller(frame, &info->rules);
    }
    return AT_WORKER;
}

void thread_pool_shortcut(struct thread_pool_frame *frame, struct thread_pool_worker *worker,
                          struct _Unwind_Exception *exception) {
    struct thread_pool_frame_info info;
    if (has_shadow_stack())
        return;
    switch (walk(frame, worker, &info)) {
    case AT_CLEANUP:
        land(frame, info.pad, exception);
    case AT_WORKER:
        siglongjmp(worker->landing, 1);
    case UNKNOWN:
        return;
    }
}

/* The frame of the last cleanup goes on unwinding: has it got another one? The unwinder has found
 * the table, perhaps that of another part of the same function; whose personality is known. */
static bool has_no_more(struct _Unwind_Context *context) {
    const uint8_t *table = _Unwind_GetLanguageSpecificData(context);
    uintptr_t pad;
    return table == NULL || (thread_pool_frame_read_pad(table, _Unwind_GetRegionStart(context),
                                                        _Unwind_GetIP(context), &pad) &&
                             pad == 0);
}

static void read_frame(struct _Unwind_Context *context, struct thread_pool_frame *frame) {
    frame->pc = _Unwind_GetIP(context);
    frame->registers[SP] = _Unwind_GetCFA(context);
    for (size_t i = 0; i < sizeof kept; i++)
        frame->registers[kept[i]] = _Unwind_GetGR(context, kept[i]);
}

void thread_pool_shortcut_at(struct _Unwind_Context *context, struct thread_pool_worker *worker,
                             struct _Unwind_Exception *exception) {
    struct thread_pool_frame frame;
    if (_Unwind_GetCFA(context) == entered.sp && has_no_more(context)) {
        if (entered.caller.pc == job_returns_to)
            siglongjmp(worker->landing, 1);
        frame = entered.caller;
    } else
        read_frame(context, &frame);
    thread_pool_shortcut(&frame, worker, exception);
}
