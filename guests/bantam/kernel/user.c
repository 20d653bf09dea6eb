/* SPDX-License-Identifier: MIT */
/* A process's memory, as system calls read and write it. */
#include "guests/bantam/kernel/user.h"

#include "guests/bantam/kernel/process.h"
#include "guests/bantam/kernel/text.h"

int user_bytes(uint32_t at, uint32_t bytes, int write, void **to)
{
    uint32_t page, offset = at % PAGE, room = PAGE - offset;

    if (space_touch(&current->space, at, write, &page))
        return E_FAULT;
    *to = (char *)arch_window(page) + offset;
    return (int)(bytes < room ? bytes : room);
}

int user_read(void *to, uint32_t at, uint32_t bytes)
{
    for (uint32_t done = 0; done < bytes;) {
        void *from;
        int n = user_bytes(at + done, bytes - done, 0, &from);

        if (n < 0)
            return n;
        memcpy((char *)to + done, from, (uint32_t)n);
        done += (uint32_t)n;
    }
    return 0;
}

int user_write(uint32_t at, const void *from, uint32_t bytes)
{
    for (uint32_t done = 0; done < bytes;) {
        void *to;
        int n = user_bytes(at + done, bytes - done, 1, &to);

        if (n < 0)
            return n;
        memcpy(to, (const char *)from + done, (uint32_t)n);
        done += (uint32_t)n;
    }
    return 0;
}

int user_string(char *to, uint32_t at, uint32_t room)
{
    for (uint32_t i = 0; i < room; i++) {
        int error = user_read(to + i, at + i, 1);

        if (error)
            return error;
        if (!to[i])
            return (int)i;
    }
    return E_NAMETOOLONG;
}
