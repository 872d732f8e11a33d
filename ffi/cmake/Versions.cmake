# What is inside a backend, for the results of a comparison: a C file with one JSON object.
#
#   poolbench_write_versions(OUTPUT PROJECT_VERSION)                          a backend in C
#   cmake -DOUTPUT=FILE -DPROJECT_VERSION=V -DLOCK=Cargo.lock -DCRATES=a,b -DRUSTC=rustc
#         -P Versions.cmake                                                   one in Rust
#
# A Rust backend is written at every build, by the command that builds it: Cargo.lock and the
# compiler are those that made it. CRATES are what its pool is made of; the crates that they need
# are named too. The file is left alone when nothing changed.

cmake_minimum_required(VERSION 3.25)

# What Cargo.lock says about one package: its version, and the names of what it needs.
function(poolbench_locked_crate lock crate version_out needs_out)
    string(FIND "${lock}" "\nname = \"${crate}\"\n" begin)
    if(begin EQUAL -1)
        message(FATAL_ERROR "the crate '${crate}' is not in Cargo.lock")
    endif()
    string(SUBSTRING "${lock}" ${begin} -1 entry)
    string(FIND "${entry}" "[[package]]" end)
    string(SUBSTRING "${entry}" 0 ${end} entry)
    string(REGEX MATCH "version = \"([^\"]*)\"" found "${entry}")
    set(${version_out} "${CMAKE_MATCH_1}" PARENT_SCOPE)
    string(REGEX MATCHALL "\n \"[a-zA-Z0-9_-]+" needs "${entry}")
    string(REGEX REPLACE "\n \"" "" needs "${needs}")
    set(${needs_out} "${needs}" PARENT_SCOPE)
endfunction()

# "a": "1.0", "b": "2.1", …  for the crates and all that they need.
function(poolbench_locked_versions lock crates out)
    set(text "")
    set(seen "")
    while(crates)
        list(POP_FRONT crates crate)
        if(crate IN_LIST seen)
            continue()
        endif()
        list(APPEND seen "${crate}")
        poolbench_locked_crate("${lock}" "${crate}" version needs)
        string(APPEND text ", \"${crate}\": \"${version}\"")
        list(APPEND crates ${needs})
    endwhile()
    set(${out} "${text}" PARENT_SCOPE)
endfunction()

function(poolbench_write_versions output project_version)
    set(text "{\"poolbench\": \"${project_version}\"${ARGN}}")
    string(REPLACE "\"" "\\\"" text "${text}")
    file(CONFIGURE OUTPUT "${output}" @ONLY CONTENT
        "extern const char poolbench_backend_versions[];\nconst char poolbench_backend_versions[] = \"@text@\";\n")
endfunction()

if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
    file(READ "${LOCK}" lock)
    string(REPLACE "," ";" CRATES "${CRATES}")
    poolbench_locked_versions("${lock}" "${CRATES}" versions)
    execute_process(COMMAND "${RUSTC}" --version OUTPUT_VARIABLE rustc
        OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    string(REGEX REPLACE "^rustc " "" rustc "${rustc}")
    poolbench_write_versions("${OUTPUT}" "${PROJECT_VERSION}" "${versions}, \"rustc\": \"${rustc}\"")
endif()
