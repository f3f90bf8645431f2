// SPDX-License-Identifier: MIT
// The descriptors of this process: 0 to 2 as the app will get them, ours above. Private to this
// room.
#ifndef LABELGATE_INIT_DESCRIPTORS_H
#define LABELGATE_INIT_DESCRIPTORS_H

#include <stdbool.h>

// Closes everything above standard error, whatever the limit of descriptors is.
void descriptors_close(void);
// 0 to 2 may be closed and shall stay so for the app: moves a descriptor above them. False: it is
// closed.
bool descriptors_move_up(int *fd);
// A close-on-exec pipe above 2.
bool descriptors_pipe(int ends[2]);

#endif
