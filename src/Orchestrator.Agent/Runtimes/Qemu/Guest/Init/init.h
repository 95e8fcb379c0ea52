/*
 * The guest's first process. It brings the machine up, runs the containers of one pod, each in namespaces of its own, and talks to the node's agent over two
 * virtio-serial ports:
 *   journal  what must not be lost (output, exits): the emulator appends it to a file of the node, whether or not an agent runs
 *   agent    calls, and channels to commands, containers and ports, while an agent is connected
 * One thread and one loop, so that there is an order in everything; what blocks is done in children. Frames are described in wire.c.
 */
#ifndef ORCHESTRATOR_INIT_H
#define ORCHESTRATOR_INIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MOST_PAYLOAD_BYTES (256 * 1024)
#define CHUNK_BYTES (16 * 1024)
#define MOST_QUEUED_BYTES (512 * 1024)
#define MOST_ARGUMENTS 4096
#define MOST_MOUNTS 256
#define MOST_GROUPS 256
#define WINDOW_BYTES (64 * 1024)

enum frame_type {
    FRAME_HELLO = 1, FRAME_CALL, FRAME_REPLY, FRAME_OPEN, FRAME_OPENED, FRAME_DATA, FRAME_END, FRAME_WINDOW, FRAME_CLOSE, FRAME_RESIZE, FRAME_NEWS,
    JOURNAL_BOOTED = 32, JOURNAL_STARTED, JOURNAL_EXITED, JOURNAL_OUTPUT, JOURNAL_FAILED,
};

enum verb { VERB_CONFIGURE = 1, VERB_CREATE, VERB_START, VERB_SIGNAL, VERB_REMOVE, VERB_STATS };

enum channel_kind { CHANNEL_EXEC = 1, CHANNEL_ATTACH, CHANNEL_PORT };

enum stream { STREAM_INPUT = 0, STREAM_OUTPUT = 1, STREAM_ERROR = 2 };

/* Fields of calls: one byte of tag, four of length, the value. Numbers are little-endian. */
enum tag {
    TAG_ARGUMENT = 1, TAG_ENVIRONMENT, TAG_DIRECTORY, TAG_USER, TAG_GROUP, TAG_MORE_GROUP, TAG_MOUNT, TAG_FLAGS, TAG_CAPABILITIES, TAG_MEMORY_BYTES,
    TAG_CPU_MILLICORES, TAG_CONTAINER, TAG_SIGNAL, TAG_HOST_NAME, TAG_ADDRESS, TAG_GATEWAY, TAG_COLUMNS, TAG_ROWS, TAG_PORT, TAG_TARGET, TAG_MTU, TAG_STREAMS, TAG_CPU_WEIGHT, TAG_SYSCTL, TAG_SHARE_PROCESSES,
};

#define SHARED_PROCESSES 0xFFFFFFFFu

enum flag { FLAG_TTY = 1, FLAG_INPUT = 2, FLAG_INPUT_ONCE = 4, FLAG_READ_ONLY_ROOT = 8, FLAG_NO_NEW_PRIVILEGES = 16, FLAG_PRIVILEGED = 32 };

struct bytes { const uint8_t *data; size_t length; };

/* One value of a call; next is where the following one begins. */
struct field { uint8_t tag; struct bytes value; };

/* What the loop waits for on one file. */
struct watch {
    int fd;
    void (*ready)(struct watch *watch, uint32_t events);
    void *owner;
    bool is_paused;
};

/* A mount of a container: kind 'v' a path of the shared directory, 'm' memory that the pod's containers share by name. */
struct mount_point { char kind; bool read_only; char *source; char *target; uint64_t size_bytes; };

/* What a process is started with. */
struct command {
    char *arguments[MOST_ARGUMENTS + 1];
    char *environment[MOST_ARGUMENTS + 1];
    char *directory;
    uid_t user;
    gid_t group;
    gid_t groups[MOST_GROUPS];
    int group_count;
    uint32_t flags;
    uint64_t capabilities;
};

/* What is written to a file as it takes it. Bytes that wait are at most a window; each that is taken is given back to its channel. */
enum sink_kind { SINK_PIPE, SINK_TERMINAL, SINK_SOCKET };

struct sink {
    struct watch watch;
    enum sink_kind kind;
    uint8_t *waiting;
    size_t length;
    uint32_t channel;
    bool is_open, ends;
};

struct container {
    struct container *next;
    uint32_t number;
    struct command command;
    struct mount_point mounts[MOST_MOUNTS];
    int mount_count;
    uint64_t memory_bytes;
    uint32_t cpu_millicores, cpu_weight;
    uint32_t target;
    pid_t pid;
    bool is_started, has_ended, is_exit_told;
    int status;
    uint32_t start_call;
    struct watch output, error, outcome;
    struct sink input;
    uint64_t output_bytes, error_bytes;
};

struct channel;

/* wire.c */
void wire_open(const char *journal, const char *agent);
void wire_send(uint8_t type, uint32_t id, const void *head, size_t head_length, const void *data, size_t length);
void wire_reply(uint32_t call, int error, const char *format, ...) __attribute__((format(printf, 3, 4)));
bool wire_has_room(void);
void put_number(uint8_t *target, uint64_t value, int length);
void journal_write(uint8_t type, uint32_t id, const void *head, size_t head_length, const void *data, size_t length);
bool next_field(struct bytes *rest, struct field *field);
uint64_t number_of(struct bytes value);
char *text_of(struct bytes value);

/* loop.c */
void loop_add(struct watch *watch, int fd, void (*ready)(struct watch *, uint32_t), void *owner, uint32_t events);
void loop_change(struct watch *watch, uint32_t events);
void loop_remove(struct watch *watch);
void loop_run(void (*after)(void)) __attribute__((noreturn));

/* calls.c */
void handle_frame(uint8_t type, uint32_t id, struct bytes payload);

/* container.c */
struct container *container_find(uint32_t number);
void container_create(uint32_t call, struct bytes fields);
void container_start(uint32_t call, uint32_t number);
void container_signal(uint32_t call, uint32_t number, int signal);
void container_remove(uint32_t call, uint32_t number);
bool container_reap(pid_t pid, int status);
void containers_tick(void);
void containers_stats(uint32_t call);
void read_command(struct command *command, const struct field *field);
void free_command(struct command *command);

/* sink.c */
void sink_open(struct sink *sink, int fd, enum sink_kind kind);
void sink_write(struct sink *sink, uint32_t channel, const uint8_t *data, size_t length);
void sink_end(struct sink *sink);
void sink_close(struct sink *sink);

/* child.c */
pid_t child_container(struct container *container, int input, int output, int error, int *outcome);
pid_t child_exec(struct container *container, const struct command *command, int input, int output, int error, int *outcome);
const char *cgroup_path(const struct container *container, const char *file);
void make_memory(const struct container *container);
void cgroup_create(const struct container *container);

/* channel.c */
void channel_open(uint32_t id, struct bytes fields);
void channel_data(uint32_t id, struct bytes payload);
void channel_end(uint32_t id);
void channel_window(uint32_t id, struct bytes payload);
void channel_resize(uint32_t id, struct bytes payload);
void channel_close(uint32_t id, struct bytes payload);
void channels_close_all(void);
bool channel_reap(pid_t pid, int status);
void channels_tick(void);
bool channels_take_output(const struct container *container);
void channels_output(const struct container *container, uint8_t stream, const void *data, size_t length);
void channels_container_ended(const struct container *container);

/* boot.c */
void boot(void);
int open_terminal(const char *multiplexer);
void resize_terminal(int fd, uint16_t columns, uint16_t rows);
void configure(uint32_t call, struct bytes fields);
pid_t shared_processes(void);
void power_off(void) __attribute__((noreturn));
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
int write_text(const char *path, const char *text);
int make_directories(const char *path, mode_t mode);

#endif
