# The backends in Rust: one cargo build for all of them, into the build tree.
#
#   poolbench_rust_backend(NAME [CRATES crate...])
#                                   declares ffi/artifacts/NAME; gives thread_pool_NAME and
#                                   thread_pool_NAME_shared, like poolbench_c_backend. CRATES: what
#                                   its pool is made of beside the standard library; the results
#                                   name their versions
#   poolbench_rust_build()          after the last of them: the command that builds them
#
# cargo runs in every build and decides itself what is out of date; what it made is copied only
# when it changed, so that programs are linked again only then.

find_program(POOLBENCH_CARGO cargo)
if(NOT POOLBENCH_CARGO)
    message(FATAL_ERROR "cargo was not found; the Rust backends need it (Debian 12: apt install "
        "cargo-web). -DPOOLBENCH_RUST=OFF builds the C backends only.")
endif()

find_program(POOLBENCH_RUSTC rustc REQUIRED)

set(POOLBENCH_CARGO_DIR "${PROJECT_BINARY_DIR}/cargo")

# What a program needs beside a Rust archive: rustc --print native-static-libs on Linux and glibc.
set(POOLBENCH_RUST_SYSTEM_LIBRARIES gcc_s util rt pthread m dl c)

function(poolbench_rust_library target type path)
    add_library(${target} ${type} IMPORTED GLOBAL)
    set_target_properties(${target} PROPERTIES IMPORTED_LOCATION "${path}")
    target_link_libraries(${target} INTERFACE thread_pool_contract)
    add_dependencies(${target} poolbench_rust)
endfunction()

# The command that writes down what is inside (cmake/Versions.cmake).
function(poolbench_versions_command name crates out)
    list(JOIN crates "," crates)
    set(${out} COMMAND "${CMAKE_COMMAND}" "-DOUTPUT=${POOLBENCH_VERSIONS_DIR}/${name}.c"
        "-DPROJECT_VERSION=${PROJECT_VERSION}" "-DLOCK=${PROJECT_SOURCE_DIR}/Cargo.lock"
        "-DCRATES=${crates}" "-DRUSTC=${POOLBENCH_RUSTC}"
        -P "${POOLBENCH_FFI_DIR}/cmake/Versions.cmake" PARENT_SCOPE)
endfunction()

function(poolbench_rust_backend name)
    cmake_parse_arguments(ARG "" "" "CRATES" ${ARGN})
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
    set_property(GLOBAL APPEND PROPERTY POOLBENCH_RUST_LIBRARIES "${static}" "${shared}"
        "${POOLBENCH_VERSIONS_DIR}/${name}.c")
    poolbench_versions_command(${name} "${ARG_CRATES}" versions)
    set_property(GLOBAL APPEND PROPERTY POOLBENCH_RUST_COPIES
        COMMAND "${CMAKE_COMMAND}" -E copy_if_different "${made}.a" "${static}"
        COMMAND "${CMAKE_COMMAND}" -E copy_if_different "${made}.so" "${shared}"
        ${versions})
    set_source_files_properties("${POOLBENCH_VERSIONS_DIR}/${name}.c" PROPERTIES GENERATED TRUE)
    poolbench_register_backend(${name})
    add_dependencies(thread_pool_${name}_versions poolbench_rust)
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
