/* Writing without waiting: what a file does not take now is kept until it does. */
#include "init.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static void give_back(struct sink *sink, size_t count) {
    uint8_t head[4];
    put_number(head, count, 4);
    if (count > 0) wire_send(FRAME_WINDOW, sink->channel, head, sizeof head, NULL, 0);
}

static void finish(struct sink *sink) {
    if (sink->kind == SINK_TERMINAL) {
        /* What a terminal's reader takes for the end. */
        if (write(sink->watch.fd, "\004", 1) < 0) sink_close(sink);
        sink->ends = false;
    } else if (sink->kind == SINK_SOCKET) {
        shutdown(sink->watch.fd, SHUT_WR);
        sink->ends = false;
    } else {
        sink_close(sink);
    }
}

/* How many bytes are done with: all, once there is nobody to read them. */
static size_t try_write(struct sink *sink, const uint8_t *data, size_t length) {
    size_t done = 0;
    while (done < length) {
        ssize_t count = write(sink->watch.fd, data + done, length - done);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno == EAGAIN ? done : length;
        done += (size_t)count;
    }
    return done;
}

static void writable(struct watch *watch, uint32_t events) {
    struct sink *sink = watch->owner;
    (void)events;
    size_t done = try_write(sink, sink->waiting, sink->length);
    memmove(sink->waiting, sink->waiting + done, sink->length - done);
    sink->length -= done;
    give_back(sink, done);
    if (sink->length > 0) return;
    loop_change(&sink->watch, 0);
    if (sink->ends) finish(sink);
}

void sink_open(struct sink *sink, int fd, enum sink_kind kind) {
    memset(sink, 0, sizeof *sink);
    sink->kind = kind;
    sink->is_open = true;
    sink->watch.fd = fd;
    sink->watch.ready = writable;
    sink->watch.owner = sink;
    sink->watch.is_paused = true;
}

void sink_write(struct sink *sink, uint32_t channel, const uint8_t *data, size_t length) {
    sink->channel = channel;
    size_t done = !sink->is_open ? length : sink->length > 0 ? 0 : try_write(sink, data, length);
    give_back(sink, done);
    if (done == length) return;
    if (!sink->waiting) sink->waiting = malloc(WINDOW_BYTES);
    if (!sink->waiting || sink->length + length - done > WINDOW_BYTES) return;
    memcpy(sink->waiting + sink->length, data + done, length - done);
    sink->length += length - done;
    loop_change(&sink->watch, EPOLLOUT);
}

void sink_end(struct sink *sink) {
    sink->ends = true;
    if (sink->is_open && sink->length == 0) finish(sink);
}

void sink_close(struct sink *sink) {
    if (sink->is_open) loop_remove(&sink->watch);
    free(sink->waiting);
    sink->waiting = NULL;
    sink->length = 0;
    sink->is_open = false;
}
