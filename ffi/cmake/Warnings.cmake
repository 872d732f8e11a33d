# poolbench_warnings: what every C target of the project is compiled with.
add_library(poolbench_warnings INTERFACE)
target_compile_options(poolbench_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes
    -Wold-style-definition -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wformat=2)
if(POOLBENCH_WERROR)
    target_compile_options(poolbench_warnings INTERFACE -Werror)
endif()
if(POOLBENCH_SANITIZE)
    add_compile_options(-fsanitize=${POOLBENCH_SANITIZE} -fno-omit-frame-pointer
                        -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${POOLBENCH_SANITIZE})
endif()
