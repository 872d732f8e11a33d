#include "placement.h"

#include <stdlib.h>
#include <sys/random.h>

#define LINE 64u
#define LINES_OF_A_PAGE 64u

size_t placement_below(size_t count) {
    unsigned char drawn = 0;
    (void)!getrandom(&drawn, sizeof drawn, 0);
    return drawn % count;
}

/* Until the process ends. Visible to others, or nothing would be allocated. */
void *placement_kept;

void placement_move_heap(void) {
    placement_kept = malloc(LINE * placement_below(LINES_OF_A_PAGE) + 1);
}
