#!/bin/sh
# Prints the C program of a README: the lines of its ```c block.
sed -n '/^```c$/,/^```$/{/^```/!p}' "$1"
