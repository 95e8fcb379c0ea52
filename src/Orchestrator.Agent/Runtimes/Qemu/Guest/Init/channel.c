/* Channels: commands in containers, joined containers, and ports, each as long as the agent's caller holds it. */
#define _GNU_SOURCE
#include "init.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct channel {
    struct channel *next;
    uint32_t id;
    enum channel_kind kind;
    uint32_t streams;
    struct container *container;
    struct command *command;
    pid_t pid;
    bool has_ended, is_connecting;
    int status;
    int32_t credit;
    struct watch output, error, outcome;
    struct sink input;
};

static struct channel *all;

static struct channel *find(uint32_t id) {
    struct channel *channel = all;
    while (channel && channel->id != id) channel = channel->next;
    return channel;
}

static void release(struct channel *channel) {
    for (struct channel **link = &all; *link; link = &(*link)->next) {
        if (*link != channel) continue;
        *link = channel->next;
        break;
    }
    loop_remove(&channel->output);
    loop_remove(&channel->error);
    loop_remove(&channel->outcome);
    sink_close(&channel->input);
    /* The variables are the container's. */
    if (channel->command) {
        memset(channel->command->environment, 0, sizeof channel->command->environment);
        free_command(channel->command);
        free(channel->command);
    }
    free(channel);
}

/* 'e' and an exit code, or 'f', a code and why it could not be done. */
static void tell_end(struct channel *channel, char kind, uint32_t code, const char *text) {
    uint8_t head[5] = { (uint8_t)kind };
    put_number(head + 1, code, 4);
    wire_send(FRAME_CLOSE, channel->id, head, sizeof head, text, strlen(text));
    release(channel);
}

static void tell_exit(struct channel *channel) {
    int status = channel->status;
    tell_end(channel, 'e', WIFEXITED(status) ? (uint32_t)WEXITSTATUS(status) : 128u + (uint32_t)WTERMSIG(status), "");
}

/* Ends a command that has ended and said all. */
static void finish_if_done(struct channel *channel) {
    if (channel->kind == CHANNEL_EXEC && channel->has_ended && channel->output.fd < 0 && channel->error.fd < 0 && channel->outcome.fd < 0) tell_exit(channel);
}

static bool is_ready(const struct channel *channel) { return channel->credit > 0 && wire_has_room(); }

/* One chunk; what is left of a port or a command that ended is read to its end before it is closed. */
static void read_once(struct channel *channel, struct watch *watch) {
    uint8_t chunk[CHUNK_BYTES], stream = watch == &channel->output ? STREAM_OUTPUT : STREAM_ERROR;
    size_t most = channel->credit < CHUNK_BYTES ? (size_t)channel->credit : CHUNK_BYTES;
    ssize_t count = read(watch->fd, chunk, most);
    if (count > 0) {
        channel->credit -= (int32_t)count;
        wire_send(FRAME_DATA, channel->id, &stream, 1, chunk, (size_t)count);
        return;
    }
    if (count < 0 && (errno == EINTR || (errno == EAGAIN && !channel->has_ended))) return;
    loop_remove(watch);
    wire_send(FRAME_END, channel->id, &stream, 1, NULL, 0);
    if (channel->kind == CHANNEL_PORT) tell_end(channel, 'e', 0, "");
    else finish_if_done(channel);
}

static void output_ready(struct watch *watch, uint32_t events) {
    struct channel *channel = watch->owner;
    if (channel->is_connecting) {
        int error = 0;
        socklen_t length = sizeof error;
        getsockopt(watch->fd, SOL_SOCKET, SO_ERROR, &error, &length);
        if (error != 0) { tell_end(channel, 'f', (uint32_t)error, strerror(error)); return; }
        channel->is_connecting = false;
        sink_open(&channel->input, fcntl(watch->fd, F_DUPFD_CLOEXEC, 3), SINK_SOCKET);
        wire_send(FRAME_OPENED, channel->id, NULL, 0, NULL, 0);
        loop_change(watch, EPOLLIN);
        return;
    }
    (void)events;
    if (is_ready(channel)) read_once(channel, watch);
}

static void outcome_ready(struct watch *watch, uint32_t events) {
    struct channel *channel = watch->owner;
    char text[1024];
    (void)events;
    ssize_t count = read(watch->fd, text, sizeof text - 1);
    if (count < 0) return;
    text[count] = 0;
    loop_remove(watch);
    if (count > 0) {
        /* As shells have it: 127 for a program that is not there. */
        tell_end(channel, 'f', strstr(text, "not found") || strstr(text, "no such file") ? 127 : 126, text);
        return;
    }
    wire_send(FRAME_OPENED, channel->id, NULL, 0, NULL, 0);
    finish_if_done(channel);
}

static void take_ends(struct channel *channel, int *theirs, int *ours) {
    int pair[2];
    theirs[0] = theirs[1] = theirs[2] = ours[0] = ours[1] = ours[2] = -1;
    if (channel->command->flags & FLAG_TTY) {
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/root/dev/pts/ptmx", channel->container->pid);
        ours[1] = open_terminal(path);
        theirs[0] = theirs[1] = theirs[2] = ours[1] < 0 ? -1 : ioctl(ours[1], TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
        ours[0] = ours[1] < 0 ? -1 : fcntl(ours[1], F_DUPFD_CLOEXEC, 3);
        return;
    }
    theirs[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (channel->streams & 1 << STREAM_INPUT && pipe2(pair, O_CLOEXEC) == 0) {
        close(theirs[0]);
        theirs[0] = pair[0];
        ours[0] = pair[1];
        fcntl(pair[1], F_SETFL, O_NONBLOCK);
    }
    for (int stream = STREAM_OUTPUT; stream <= STREAM_ERROR; stream++) {
        if (pipe2(pair, O_CLOEXEC) < 0) continue;
        fcntl(pair[0], F_SETFL, O_NONBLOCK);
        theirs[stream] = pair[1];
        ours[stream] = pair[0];
    }
}

static void start_exec(struct channel *channel, uint16_t columns, uint16_t rows) {
    int theirs[3], ours[3], outcome;
    struct container *container = channel->container;
    struct command *command = channel->command;
    if (!container || !container->is_started || container->has_ended) { tell_end(channel, 'f', 126, "the container does not run"); return; }
    /* The container's own user, variables and directory. */
    memcpy(command->environment, container->command.environment, sizeof command->environment);
    command->directory = strdup(container->command.directory);
    command->user = container->command.user;
    command->group = container->command.group;
    memcpy(command->groups, container->command.groups, sizeof command->groups);
    command->group_count = container->command.group_count;
    command->capabilities = container->command.capabilities;
    command->flags |= container->command.flags & FLAG_NO_NEW_PRIVILEGES;
    take_ends(channel, theirs, ours);
    if (theirs[2] < 0) { tell_end(channel, 'f', 126, "streams cannot be made"); return; }
    if (command->flags & FLAG_TTY && columns > 0) resize_terminal(ours[1], columns, rows);
    channel->pid = child_exec(container, command, theirs[0], theirs[1], theirs[2], &outcome);
    close(theirs[0]);
    if (theirs[1] != theirs[0]) { close(theirs[1]); close(theirs[2]); }
    if (ours[0] >= 0) sink_open(&channel->input, ours[0], command->flags & FLAG_TTY ? SINK_TERMINAL : SINK_PIPE);
    loop_add(&channel->output, ours[1], output_ready, channel, EPOLLIN);
    if (ours[2] >= 0) loop_add(&channel->error, ours[2], output_ready, channel, EPOLLIN);
    if (channel->pid < 0) { tell_end(channel, 'f', 126, "no process can be made"); return; }
    loop_add(&channel->outcome, outcome, outcome_ready, channel, EPOLLIN);
}

static void start_port(struct channel *channel, uint16_t port) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || (connect(fd, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS)) {
        int error = errno;
        if (fd >= 0) close(fd);
        tell_end(channel, 'f', (uint32_t)error, strerror(error));
        return;
    }
    channel->is_connecting = true;
    loop_add(&channel->output, fd, output_ready, channel, EPOLLOUT);
}

static void start_attach(struct channel *channel) {
    if (!channel->container || !channel->container->is_started || channel->container->has_ended) tell_end(channel, 'f', 126, "the container does not run");
    else wire_send(FRAME_OPENED, channel->id, NULL, 0, NULL, 0);
}

/* The first byte is the kind; fields follow. */
void channel_open(uint32_t id, struct bytes fields) {
    struct channel *channel = calloc(1, sizeof *channel);
    struct field field;
    uint16_t port = 0, columns = 0, rows = 0;
    if (!channel || fields.length < 1 || find(id)) { free(channel); return; }
    channel->command = calloc(1, sizeof *channel->command);
    if (!channel->command) abort();
    channel->id = id;
    channel->kind = fields.data[0];
    channel->credit = WINDOW_BYTES;
    channel->output.fd = channel->error.fd = channel->outcome.fd = channel->input.watch.fd = -1;
    channel->next = all;
    all = channel;
    fields.data++;
    fields.length--;
    while (next_field(&fields, &field)) {
        switch (field.tag) {
        case TAG_CONTAINER: channel->container = container_find((uint32_t)number_of(field.value)); break;
        case TAG_STREAMS: channel->streams = (uint32_t)number_of(field.value); break;
        case TAG_PORT: port = (uint16_t)number_of(field.value); break;
        case TAG_COLUMNS: columns = (uint16_t)number_of(field.value); break;
        case TAG_ROWS: rows = (uint16_t)number_of(field.value); break;
        default: read_command(channel->command, &field); break;
        }
    }
    if (channel->kind == CHANNEL_EXEC && channel->command->arguments[0]) start_exec(channel, columns, rows);
    else if (channel->kind == CHANNEL_PORT) start_port(channel, port);
    else if (channel->kind == CHANNEL_ATTACH) start_attach(channel);
    else tell_end(channel, 'f', EINVAL, "the channel's description is not understood");
}

static struct sink *input_of(struct channel *channel) {
    return channel->kind == CHANNEL_ATTACH ? &channel->container->input : &channel->input;
}

void channel_data(uint32_t id, struct bytes payload) {
    struct channel *channel = find(id);
    if (channel && payload.length > 1) sink_write(input_of(channel), id, payload.data + 1, payload.length - 1);
}

void channel_end(uint32_t id) {
    struct channel *channel = find(id);
    if (!channel) return;
    if (channel->kind != CHANNEL_ATTACH || channel->container->command.flags & FLAG_INPUT_ONCE) sink_end(input_of(channel));
}

void channel_window(uint32_t id, struct bytes payload) {
    struct channel *channel = find(id);
    if (channel) channel->credit += (int32_t)number_of(payload);
}

void channel_resize(uint32_t id, struct bytes payload) {
    struct channel *channel = find(id);
    if (!channel || payload.length < 4) return;
    struct command *command = channel->kind == CHANNEL_ATTACH ? &channel->container->command : channel->command;
    int fd = channel->kind == CHANNEL_ATTACH ? channel->container->output.fd : channel->output.fd;
    if (command->flags & FLAG_TTY && fd >= 0)
        resize_terminal(fd, (uint16_t)number_of((struct bytes){ payload.data, 2 }), (uint16_t)number_of((struct bytes){ payload.data + 2, 2 }));
}

/* Whoever asked has gone; with 'k' the command goes too. */
void channel_close(uint32_t id, struct bytes payload) {
    struct channel *channel = find(id);
    if (!channel) return;
    if (channel->kind == CHANNEL_EXEC && channel->pid > 0 && !channel->has_ended && payload.length > 0 && payload.data[0] == 'k') kill(channel->pid, SIGKILL);
    release(channel);
}

void channels_close_all(void) {
    while (all) release(all);
}

bool channel_reap(pid_t pid, int status) {
    struct channel *channel = all;
    while (channel && (channel->pid != pid || channel->has_ended)) channel = channel->next;
    if (!channel) return false;
    channel->has_ended = true;
    channel->status = status;
    finish_if_done(channel);
    return true;
}

static void tend(struct channel *channel, struct watch *watch) {
    if (watch->fd < 0 || channel->is_connecting) return;
    bool reads = is_ready(channel);
    if (watch->is_paused != !reads) loop_change(watch, reads ? EPOLLIN : 0);
}

void channels_tick(void) {
    for (struct channel *channel = all, *next; channel; channel = next) {
        next = channel->next;
        tend(channel, &channel->output);
        tend(channel, &channel->error);
        /* Children of a command that ended may hold its streams for ever: what is there is read, and no more. */
        struct watch *left = channel->output.fd >= 0 ? &channel->output : &channel->error;
        while (channel->kind == CHANNEL_EXEC && channel->has_ended && channel->outcome.fd < 0 && left->fd >= 0 && is_ready(channel)) {
            bool is_last = left == &channel->error || channel->error.fd < 0;
            uint32_t id = channel->id;
            read_once(channel, left);
            if (is_last && find(id) != channel) break;
            left = channel->output.fd >= 0 ? &channel->output : &channel->error;
        }
    }
}

bool channels_take_output(const struct container *container) {
    for (struct channel *channel = all; channel; channel = channel->next)
        if (channel->kind == CHANNEL_ATTACH && channel->container == container && !is_ready(channel)) return false;
    return true;
}

void channels_output(const struct container *container, uint8_t stream, const void *data, size_t length) {
    for (struct channel *channel = all; channel; channel = channel->next) {
        if (channel->kind != CHANNEL_ATTACH || channel->container != container || !(channel->streams & 1u << stream)) continue;
        channel->credit -= (int32_t)length;
        wire_send(FRAME_DATA, channel->id, &stream, 1, data, length);
    }
}

void channels_container_ended(const struct container *container) {
    for (struct channel *channel = all, *next; channel; channel = next) {
        next = channel->next;
        if (channel->kind == CHANNEL_ATTACH && channel->container == container) tell_end(channel, 'e', 0, "");
    }
}
