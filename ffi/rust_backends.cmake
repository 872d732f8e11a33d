# The backends in Rust: one cargo build for all of them, into the build tree.
#
#   poolbench_rust_backend(NAME)    declares ffi/artifacts/NAME; gives thread_pool_NAME and
#                                   thread_pool_NAME_shared, like poolbench_c_backend
#   poolbench_rust_build()          after the last of them: the command that builds them
#
# cargo runs in every build and decides itself what is out of date; what it made is copied only
# when it changed, so that programs are linked again only then.

find_program(POOLBENCH_CARGO cargo)
if(NOT POOLBENCH_CARGO)
    message(FATAL_ERROR "cargo was not found; the Rust backends need it (Debian 12: apt install "
        "cargo-web). -DPOOLBENCH_RUST=OFF builds the C backends only.")
endif()

set(POOLBENCH_CARGO_DIR "${PROJECT_BINARY_DIR}/cargo")

# What a program needs beside a Rust archive: rustc --print native-static-libs on Linux and glibc.
set(POOLBENCH_RUST_SYSTEM_LIBRARIES gcc_s util rt pthread m dl c)

function(poolbench_rust_library target type path)
    add_library(${target} ${type} IMPORTED GLOBAL)
    set_target_properties(${target} PROPERTIES IMPORTED_LOCATION "${path}")
    target_link_libraries(${target} INTERFACE thread_pool_contract)
    add_dependencies(${target} poolbench_rust)
endfunction()

function(poolbench_rust_backend name)
    set(static "${POOLBENCH_LIB_DIR}/libthread_pool_${name}.a")
    set(shared "${POOLBENCH_LIB_DIR}/${name}/libthread_pool.so.0")
    poolbench_rust_library(thread_pool_${name} STATIC "${static}")
    poolbench_rust_library(thread_pool_${name}_shared SHARED "${shared}")
    target_link_libraries(thread_pool_${name} INTERFACE ${POOLBENCH_RUST_SYSTEM_LIBRARIES})
    set_target_properties(thread_pool_${name}_shared PROPERTIES IMPORTED_SONAME libthread_pool.so.0)
    file(MAKE_DIRECTORY "${POOLBENCH_LIB_DIR}/${name}")
    file(CREATE_LINK libthread_pool.so.0 "${POOLBENCH_LIB_DIR}/${name}/libthread_pool.so" SYMBOLIC)

    set(made "${POOLBENCH_CARGO_DIR}/release/libthread_pool_${name}")
    set_property(GLOBAL APPEND PROPERTY POOLBENCH_RUST_PACKAGES -p thread_pool_${name})
    set_property(GLOBAL APPEND PROPERTY POOLBENCH_RUST_LIBRARIES "${static}" "${shared}")
    set_property(GLOBAL APPEND PROPERTY POOLBENCH_RUST_COPIES
        COMMAND "${CMAKE_COMMAND}" -E copy_if_different "${made}.a" "${static}"
        COMMAND "${CMAKE_COMMAND}" -E copy_if_different "${made}.so" "${shared}")
    poolbench_register_backend(${name})
endfunction()

function(poolbench_rust_build)
    get_property(packages GLOBAL PROPERTY POOLBENCH_RUST_PACKAGES)
    get_property(libraries GLOBAL PROPERTY POOLBENCH_RUST_LIBRARIES)
    get_property(copies GLOBAL PROPERTY POOLBENCH_RUST_COPIES)
    add_custom_target(poolbench_rust ALL
        COMMAND "${CMAKE_COMMAND}" -E env "CARGO_TARGET_DIR=${POOLBENCH_CARGO_DIR}"
            "${POOLBENCH_CARGO}" build --quiet --release --locked ${packages}
        ${copies}
        BYPRODUCTS ${libraries}
        WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
        COMMENT "Building the Rust backends"
        COMMAND_EXPAND_LISTS VERBATIM)
endfunction()
