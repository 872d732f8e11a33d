# How a backend becomes a library, and how a program is linked against each of them.
#
#   poolbench_c_backend(NAME SOURCES file...)   a backend in C
#   poolbench_rust_backend(NAME)                a backend in Rust (ffi/rust_backends.cmake)
#   poolbench_backend_executables(PREFIX OBJECTS lib [LIBRARIES lib...])
#                                               PREFIX-<backend> for every backend
#
# A backend NAME gives two targets: thread_pool_NAME, static, and thread_pool_NAME_shared,
# lib/NAME/libthread_pool.so.0, one SONAME for all of them. The names of all backends are in the
# global property POOLBENCH_BACKENDS, in the order in which they were declared.

set(POOLBENCH_LIB_DIR "${PROJECT_BINARY_DIR}/lib")
set(POOLBENCH_FFI_DIR "${PROJECT_SOURCE_DIR}/ffi")
set(POOLBENCH_VERSIONS_DIR "${PROJECT_BINARY_DIR}/versions")
include("${POOLBENCH_FFI_DIR}/cmake/Versions.cmake")

# What a shared library may export, as the linker wants it: from the one list of it.
set(symbols "${POOLBENCH_FFI_DIR}/exported_symbols.txt")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${symbols}")
file(STRINGS "${symbols}" symbols)
list(JOIN symbols "; " symbols)
set(POOLBENCH_VERSION_SCRIPT "${PROJECT_BINARY_DIR}/thread_pool.map")
file(CONFIGURE OUTPUT "${POOLBENCH_VERSION_SCRIPT}" @ONLY CONTENT
    "{ global: @symbols@; local: *; };\n")

# What is inside it is in versions/NAME.c, by then or at build time (Versions.cmake).
function(poolbench_register_backend name)
    set_property(GLOBAL APPEND PROPERTY POOLBENCH_BACKENDS ${name})
    add_library(thread_pool_${name}_versions OBJECT "${POOLBENCH_VERSIONS_DIR}/${name}.c")
endfunction()

function(poolbench_c_backend name)
    cmake_parse_arguments(ARG "" "" "SOURCES" ${ARGN})
    add_library(thread_pool_${name}_objects OBJECT ${ARG_SOURCES})
    target_link_libraries(thread_pool_${name}_objects
        PUBLIC thread_pool_contract Threads::Threads PRIVATE poolbench_warnings)

    add_library(thread_pool_${name} STATIC)
    target_link_libraries(thread_pool_${name} PUBLIC thread_pool_${name}_objects)
    set_target_properties(thread_pool_${name} PROPERTIES
        ARCHIVE_OUTPUT_DIRECTORY "${POOLBENCH_LIB_DIR}")

    add_library(thread_pool_${name}_shared SHARED)
    target_link_libraries(thread_pool_${name}_shared PUBLIC thread_pool_${name}_objects)
    set_target_properties(thread_pool_${name}_shared PROPERTIES
        OUTPUT_NAME thread_pool
        VERSION 0
        SOVERSION 0
        LIBRARY_OUTPUT_DIRECTORY "${POOLBENCH_LIB_DIR}/${name}"
        LINK_DEPENDS "${POOLBENCH_VERSION_SCRIPT}")
    target_link_options(thread_pool_${name}_shared PRIVATE
        "LINKER:--version-script=${POOLBENCH_VERSION_SCRIPT}" "LINKER:-z,defs")
    poolbench_write_versions("${POOLBENCH_VERSIONS_DIR}/${name}.c" "${PROJECT_VERSION}")
    poolbench_register_backend(${name})
endfunction()

# Compiled into every program: stops it at start on a backend it was not built for, and tells which
# one that is and what is inside it (check/backend_check.c).
function(poolbench_link_backend target name)
    set(expected "${CMAKE_CURRENT_BINARY_DIR}/expected_backend_${name}.c")
    file(CONFIGURE OUTPUT "${expected}" @ONLY CONTENT
        "extern const char *const poolbench_expected_backend;\nconst char *const poolbench_expected_backend = \"@name@\";\n")
    target_sources(${target} PRIVATE "${expected}")
    target_link_libraries(${target} PRIVATE
        backend_check thread_pool_${name}_versions thread_pool_${name})
endfunction()

function(poolbench_backend_executables prefix)
    cmake_parse_arguments(ARG "" "OBJECTS" "LIBRARIES" ${ARGN})
    get_property(backends GLOBAL PROPERTY POOLBENCH_BACKENDS)
    foreach(name IN LISTS backends)
        add_executable(${prefix}-${name})
        target_link_libraries(${prefix}-${name} PRIVATE ${ARG_OBJECTS} ${ARG_LIBRARIES})
        poolbench_link_backend(${prefix}-${name} ${name})
    endforeach()
endfunction()
