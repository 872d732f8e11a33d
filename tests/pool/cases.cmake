# CTest tests from cases.def: CASE(name, "labels", seconds).

file(STRINGS cases.def lines REGEX "^CASE")
get_property(backends GLOBAL PROPERTY POOLBENCH_BACKENDS)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS cases.def)
find_program(VALGRIND valgrind)

# What a sanitizer cannot run, each with its reason. The tests are listed as "Not Run (Disabled)".
set(not_under_thread "")
set(not_under_address "")
# TSan: a forked child of a threaded process must not make threads ("starting new threads after
# multi-threaded fork is not supported").
list(APPEND not_under_thread fork_child_makes_its_own_pool fork_while_workers_start)
# ASan of GCC 12 does not take its allocator's locks around a fork, see forks.c.
list(APPEND not_under_address fork_while_workers_start)
# TSan: the shadow of memory stays resident when the memory is given back.
list(APPEND not_under_thread memory_of_a_long_queue)

function(pool_test name backend labels limit)
    add_test(NAME ${name} COMMAND ${ARGN})
    set_tests_properties(${name} PROPERTIES
        LABELS "pool;${backend};${labels}" TIMEOUT ${limit}
        FAIL_REGULAR_EXPRESSION "Running 0 test" SKIP_REGULAR_EXPRESSION "\\[  SKIPPED \\]")
endfunction()

function(pool_exclusions name case)
    # TSan: naive's threads that have ended before a fork and are not joined yet are a leak to the
    # child, which cannot join them.
    if(POOLBENCH_SANITIZE MATCHES "thread" AND name MATCHES "^naive" AND case MATCHES "^fork_")
        set_tests_properties(${name} PROPERTIES ENVIRONMENT TSAN_OPTIONS=report_thread_leaks=0)
    endif()
    if(POOLBENCH_SANITIZE MATCHES "thread" AND case IN_LIST not_under_thread)
        set_tests_properties(${name} PROPERTIES DISABLED TRUE)
    endif()
    if(POOLBENCH_SANITIZE MATCHES "address" AND case IN_LIST not_under_address)
        set_tests_properties(${name} PROPERTIES DISABLED TRUE)
    endif()
endfunction()

function(pool_case backend case labels limit)
    set(full shared_queue_thread_pool_${case})
    pool_test(${backend}.${full} ${backend} "${labels}" ${limit} pool-suite-${backend} ${full})
    pool_exclusions(${backend}.${full} ${case})
    if("swap" IN_LIST labels)
        pool_test(${backend}.swap.${full} ${backend} "swapped" ${limit} pool-suite-any ${full})
        set_tests_properties(${backend}.swap.${full} PROPERTIES ENVIRONMENT
            "LD_LIBRARY_PATH=${POOLBENCH_LIB_DIR}/${backend};POOLBENCH_EXPECTED_BACKEND=${backend}")
    endif()
    if("leaks" IN_LIST labels AND VALGRIND AND NOT POOLBENCH_SANITIZE)
        pool_test(${backend}.valgrind.${full} ${backend} "valgrind" 120
            "${VALGRIND}" --quiet --error-exitcode=99 --leak-check=full
            --errors-for-leak-kinds=definite,indirect --fair-sched=yes
            $<TARGET_FILE:pool-suite-${backend}> ${full})
    endif()
endfunction()

foreach(line IN LISTS lines)
    if(NOT line MATCHES "^CASE\\(([a-z0-9_]+), \"([a-z ]*)\", ([0-9]+)\\)$")
        message(FATAL_ERROR "cases.def: not a case: ${line}")
    endif()
    set(case ${CMAKE_MATCH_1})
    set(limit ${CMAKE_MATCH_3})
    string(REPLACE " " ";" labels "${CMAKE_MATCH_2}")
    foreach(backend IN LISTS backends)
        pool_case(${backend} ${case} "${labels}" ${limit})
    endforeach()
endforeach()

# Started with `argument`, the program must stop with exit 2 and a message.
function(pool_refusal name backend program argument message)
    pool_test(${name} ${backend} "quick" 30 sh "${CMAKE_CURRENT_SOURCE_DIR}/refused.sh"
        $<TARGET_FILE:${program}> ${argument} ${message})
    set_tests_properties(${name} PROPERTIES ENVIRONMENT "${ARGN}")
endfunction()

set(check_says "poolbench: built to run on the backend")
foreach(backend IN LISTS backends)
    set(library_path "LD_LIBRARY_PATH=${POOLBENCH_LIB_DIR}/${backend}")
    add_dependencies(pool-suite-any thread_pool_${backend}_shared)
    pool_test(${backend}.pool_dlopen ${backend} "quick" 60
        pool-dlopen "${POOLBENCH_LIB_DIR}/${backend}/libthread_pool.so.0" ${backend})
    pool_refusal(${backend}.pool_refuses_other_backend ${backend} pool-suite-any --list
        "${check_says}" "${library_path}" POOLBENCH_EXPECTED_BACKEND=another)
    pool_test(${backend}.pool_answers ${backend} "answers" 120 pool-suite-${backend} --answers)
    set_property(TEST ${backend}.pool_answers APPEND PROPERTY FAIL_REGULAR_EXPRESSION
        "\"(unknown|hangs|dies)\"")
endforeach()
pool_refusal(pool_wrong_backend_is_refused none pool-wrong-backend --list "${check_says}")
pool_refusal(pool_unnamed_backend_is_refused none pool-suite-any --list "${check_says}"
    "LD_LIBRARY_PATH=${POOLBENCH_LIB_DIR}/shared_queue")
# cmocka's own filter passes when it matches nothing.
pool_refusal(pool_unknown_case_is_refused none pool-suite-shared_queue
    shared_queue_thread_pool_none "no such case")
