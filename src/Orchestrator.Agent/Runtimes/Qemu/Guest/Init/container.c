/* Containers: made from a call's fields, started in a child, their output and end written to the journal. */
#define _GNU_SOURCE
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

static struct container *all;

struct container *container_find(uint32_t number) {
    struct container *container = all;
    while (container && container->number != number) container = container->next;
    return container;
}

static bool add_text(char **list, struct bytes value) {
    int count = 0;
    while (list[count]) count++;
    if (count == MOST_ARGUMENTS) return false;
    list[count] = text_of(value);
    return true;
}

void read_command(struct command *command, const struct field *field) {
    switch (field->tag) {
    case TAG_ARGUMENT: add_text(command->arguments, field->value); break;
    case TAG_ENVIRONMENT: add_text(command->environment, field->value); break;
    case TAG_DIRECTORY: free(command->directory); command->directory = text_of(field->value); break;
    case TAG_USER: command->user = (uid_t)number_of(field->value); break;
    case TAG_GROUP: command->group = (gid_t)number_of(field->value); break;
    case TAG_MORE_GROUP: if (command->group_count < MOST_GROUPS) command->groups[command->group_count++] = (gid_t)number_of(field->value); break;
    case TAG_FLAGS: command->flags = (uint32_t)number_of(field->value); break;
    case TAG_CAPABILITIES: command->capabilities = number_of(field->value); break;
    }
}

void free_command(struct command *command) {
    for (char **text = command->arguments; *text; text++) free(*text);
    for (char **text = command->environment; *text; text++) free(*text);
    free(command->directory);
}

/* Kind, whether it is read-only, eight bytes of size, source, a zero, target. */
static bool read_mount(struct container *container, struct bytes value) {
    const uint8_t *zero = value.length > 10 ? memchr(value.data + 10, 0, value.length - 10) : NULL;
    if (!zero || container->mount_count == MOST_MOUNTS) return false;
    struct mount_point *point = &container->mounts[container->mount_count++];
    point->kind = (char)value.data[0];
    point->read_only = value.data[1];
    point->size_bytes = number_of((struct bytes){ value.data + 2, 8 });
    point->source = text_of((struct bytes){ value.data + 10, (size_t)(zero - value.data) - 10 });
    point->target = text_of((struct bytes){ zero + 1, value.length - (size_t)(zero + 1 - value.data) });
    return true;
}

static void forget(struct container *container) {
    for (int i = 0; i < container->mount_count; i++) {
        free(container->mounts[i].source);
        free(container->mounts[i].target);
    }
    free_command(&container->command);
    free(container);
}

void container_create(uint32_t call, struct bytes fields) {
    struct container *container = calloc(1, sizeof *container);
    struct field field;
    bool is_right = container != NULL;
    if (!container) abort();
    container->output.fd = container->error.fd = container->outcome.fd = container->input.watch.fd = -1;
    while (next_field(&fields, &field)) {
        switch (field.tag) {
        case TAG_CONTAINER: container->number = (uint32_t)number_of(field.value); break;
        case TAG_MOUNT: is_right = read_mount(container, field.value) && is_right; break;
        case TAG_MEMORY_BYTES: container->memory_bytes = number_of(field.value); break;
        case TAG_CPU_MILLICORES: container->cpu_millicores = (uint32_t)number_of(field.value); break;
        case TAG_CPU_WEIGHT: container->cpu_weight = (uint32_t)number_of(field.value); break;
        case TAG_TARGET: container->target = (uint32_t)number_of(field.value); break;
        default: read_command(&container->command, &field); break;
        }
    }
    if (!container->command.directory) container->command.directory = strdup("");
    struct container *known = container_find(container->number);
    if (known || !is_right || fields.length > 0 || !container->command.arguments[0]) {
        /* Asked again: an answer was lost. */
        if (known) wire_reply(call, 0, "%s", "");
        else wire_reply(call, EINVAL, "the container's description is not understood");
        forget(container);
        return;
    }
    container->next = all;
    all = container;
    wire_reply(call, 0, "%s", "");
}

static void tell_exit(struct container *container) {
    if (!container->has_ended || container->is_exit_told || container->outcome.fd >= 0) return;
    container->is_exit_told = true;
    int status = container->status, code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    FILE *events = fopen(cgroup_path(container, "memory.events"), "re");
    char line[64];
    bool was_out_of_memory = false;
    while (events && fgets(line, sizeof line, events)) was_out_of_memory |= strncmp(line, "oom_kill ", 9) == 0 && atoi(line + 9) > 0;
    if (events) fclose(events);
    uint8_t head[2] = { (uint8_t)code, was_out_of_memory };
    if (container->is_started) journal_write(JOURNAL_EXITED, container->number, head, sizeof head, NULL, 0);
    channels_container_ended(container);
    rmdir(cgroup_path(container, ""));
}

/* Reads once; false if there is nothing more now. */
static bool read_output(struct watch *watch) {
    struct container *container = watch->owner;
    uint8_t chunk[CHUNK_BYTES], head[9];
    ssize_t count = read(watch->fd, chunk, sizeof chunk);
    if (count <= 0) {
        if (count == 0 || (errno != EAGAIN && errno != EINTR)) loop_remove(watch);
        return false;
    }
    uint64_t *total = watch == &container->output ? &container->output_bytes : &container->error_bytes;
    head[0] = watch == &container->output ? STREAM_OUTPUT : STREAM_ERROR;
    put_number(head + 1, *total, 8);
    *total += (uint64_t)count;
    journal_write(JOURNAL_OUTPUT, container->number, head, sizeof head, chunk, (size_t)count);
    channels_output(container, head[0], chunk, (size_t)count);
    return true;
}

static void output_ready(struct watch *watch, uint32_t events) {
    (void)events;
    read_output(watch);
}

static void outcome_ready(struct watch *watch, uint32_t events) {
    struct container *container = watch->owner;
    char text[1024];
    (void)events;
    ssize_t count = read(watch->fd, text, sizeof text - 1);
    if (count < 0) return;
    text[count] = 0;
    loop_remove(watch);
    container->is_started = count == 0;
    if (count == 0) journal_write(JOURNAL_STARTED, container->number, NULL, 0, NULL, 0);
    else journal_write(JOURNAL_FAILED, container->number, text, (size_t)count, NULL, 0);
    wire_reply(container->start_call, count == 0 ? 0 : ENOEXEC, "%s", text);
    tell_exit(container);
}

/* Pairs of ends: what the child gets, what is kept. */
static bool make_streams(struct container *container, int *theirs, int *ours) {
    int input[2] = { -1, -1 }, output[2], error[2];
    if (container->command.flags & FLAG_TTY) {
        int master = open_terminal("/dev/ptmx"), slave = master < 0 ? -1 : ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
        if (slave < 0) return false;
        theirs[0] = theirs[1] = theirs[2] = slave;
        ours[1] = master;
        ours[0] = container->command.flags & FLAG_INPUT ? fcntl(master, F_DUPFD_CLOEXEC, 3) : -1;
        ours[2] = -1;
        return true;
    }
    if (pipe2(output, O_CLOEXEC) < 0 || pipe2(error, O_CLOEXEC) < 0) return false;
    if (container->command.flags & FLAG_INPUT) {
        if (pipe2(input, O_CLOEXEC) < 0) return false;
        fcntl(input[1], F_SETFL, O_NONBLOCK);
    } else {
        input[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
    fcntl(output[0], F_SETFL, O_NONBLOCK);
    fcntl(error[0], F_SETFL, O_NONBLOCK);
    theirs[0] = input[0], theirs[1] = output[1], theirs[2] = error[1];
    ours[0] = input[1], ours[1] = output[0], ours[2] = error[0];
    return true;
}

void container_start(uint32_t call, uint32_t number) {
    struct container *container = container_find(number);
    int theirs[3], ours[3], outcome;
    if (!container) { wire_reply(call, ENOENT, "the container is not known"); return; }
    if (container->pid != 0) {
        if (container->outcome.fd >= 0) container->start_call = call;
        else wire_reply(call, 0, "%s", "");
        return;
    }
    if (!make_streams(container, theirs, ours)) { wire_reply(call, errno, "streams: %s", strerror(errno)); return; }
    cgroup_create(container);
    make_memory(container);
    container->start_call = call;
    container->pid = child_container(container, theirs[0], theirs[1], theirs[2], &outcome);
    close(theirs[0]);
    if (theirs[1] != theirs[0]) { close(theirs[1]); close(theirs[2]); }
    if (container->pid < 0) {
        container->pid = 0;
        wire_reply(call, errno, "no process can be made: %s", strerror(errno));
        return;
    }
    if (ours[0] >= 0) sink_open(&container->input, ours[0], container->command.flags & FLAG_TTY ? SINK_TERMINAL : SINK_PIPE);
    loop_add(&container->output, ours[1], output_ready, container, EPOLLIN);
    if (ours[2] >= 0) loop_add(&container->error, ours[2], output_ready, container, EPOLLIN);
    loop_add(&container->outcome, outcome, outcome_ready, container, EPOLLIN);
}

void container_signal(uint32_t call, uint32_t number, int signal) {
    struct container *container = container_find(number);
    if (container && container->pid > 0 && !container->has_ended) kill(container->pid, signal);
    wire_reply(call, 0, "%s", "");
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place) {
    (void)status, (void)type, (void)place;
    return remove(path);
}

void container_remove(uint32_t call, uint32_t number) {
    for (struct container **link = &all; *link; link = &(*link)->next) {
        struct container *container = *link;
        if (container->number != number) continue;
        if (container->pid > 0 && !container->is_exit_told) { wire_reply(call, EBUSY, "the container runs"); return; }
        *link = container->next;
        sink_close(&container->input);
        /* In a process of its own: there may be much. */
        char path[64];
        snprintf(path, sizeof path, "/scratch/c%u", number);
        pid_t pid = fork();
        if (pid == 0) _exit(nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT));
        forget(container);
        break;
    }
    wire_reply(call, 0, "%s", "");
}

bool container_reap(pid_t pid, int status) {
    struct container *container = all;
    while (container && (container->pid != pid || container->has_ended)) container = container->next;
    if (!container) return false;
    container->has_ended = true;
    container->status = status;
    /* All that it wrote is in the pipes by now: its namespace's processes ended before it. */
    while (container->output.fd >= 0 && read_output(&container->output)) { }
    while (container->error.fd >= 0 && read_output(&container->error)) { }
    loop_remove(&container->output);
    loop_remove(&container->error);
    tell_exit(container);
    return true;
}

/* What nobody can take now is left where it is: the writer waits. */
void containers_tick(void) {
    for (struct container *container = all; container; container = container->next) {
        uint32_t events = channels_take_output(container) ? EPOLLIN : 0;
        if (container->output.fd >= 0 && container->output.is_paused != (events == 0)) loop_change(&container->output, events);
        if (container->error.fd >= 0 && container->error.is_paused != (events == 0)) loop_change(&container->error, events);
    }
}

static unsigned long long read_number(const struct container *container, const char *file, const char *key) {
    FILE *from = fopen(cgroup_path(container, file), "re");
    char line[128];
    unsigned long long number = 0;
    while (from && fgets(line, sizeof line, from))
        if (strncmp(line, key, strlen(key)) == 0) { number = strtoull(line + strlen(key), NULL, 10); break; }
    if (from) fclose(from);
    return number;
}

/* A line for each container that runs: number, nanoseconds of processor time, bytes in use, of them file pages not touched lately. */
void containers_stats(uint32_t call) {
    char text[4000];
    size_t length = 0;
    text[0] = 0;
    for (struct container *container = all; container; container = container->next) {
        if (!container->is_started || container->has_ended || length > sizeof text - 100) continue;
        length += (size_t)snprintf(text + length, sizeof text - length, "%u %llu %llu %llu\n", container->number, read_number(container, "cpu.stat", "usage_usec ") * 1000,
            read_number(container, "memory.current", ""), read_number(container, "memory.stat", "inactive_file "));
    }
    wire_reply(call, 0, "%s", text);
}
