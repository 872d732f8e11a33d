/* wait_group.h stands alone, as C11 and as C++17. */
#include "wait_group.h"

static wait_group at_rest = WAIT_GROUP_INIT;

int main(void) {
    wait_group group = WAIT_GROUP_INIT;
    wait_group_add(&group, 1);
    wait_group_done(&group);
    wait_group_wait(&group);
    wait_group_wait(&at_rest);
    return 0;
}
