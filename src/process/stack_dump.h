// SPDX-License-Identifier: MIT
// Asks a process that hangs where it does.
#pragma once

#include <sys/types.h>

#include <string>

namespace hawser {

// In the child: installs a signal handler that writes the present stack to `fd`, ended by a NUL
// byte.
void install_stack_dump(int fd);
void move_stack_dump(int fd);  // the same to another descriptor

// In the master: makes a child write its stack, even one that is stopped.
void request_stack_dump(pid_t pid);

// What the kernel says of a process that does not answer: "state D (disk sleep), waiting in
// nfs_wait_bit_killable".
std::string kernel_state(pid_t pid);

}  // namespace hawser
