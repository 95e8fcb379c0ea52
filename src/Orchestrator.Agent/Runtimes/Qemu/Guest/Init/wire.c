/*
 * Frames: 0xA5, type, two bytes of zero, id (4), length (4), payload, 0x5A; little-endian. Between frames zeros are skipped. An agent that connects sends more zeros than
 * a frame is long: a frame that its predecessor left unfinished is filled up, and dropped for its last byte. Then it greets; the greeting ends all that was open.
 */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define HEADER_BYTES 12
#define FIRST_BYTE 0xA5
#define LAST_BYTE 0x5A

static int journal_fd = -1;
static struct watch agent;
static uint8_t received[HEADER_BYTES + MOST_PAYLOAD_BYTES + 1];
static size_t received_length;
static uint8_t *queue;
static size_t queue_length, queue_capacity;
static bool is_connected;

void put_number(uint8_t *target, uint64_t value, int length) {
    for (int i = 0; i < length; i++) target[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t get32(const uint8_t *source) {
    return source[0] | source[1] << 8 | source[2] << 16 | (uint32_t)source[3] << 24;
}

uint64_t number_of(struct bytes value) {
    uint64_t number = 0;
    for (size_t i = 0; i < value.length && i < 8; i++) number |= (uint64_t)value.data[i] << (8 * i);
    return number;
}

char *text_of(struct bytes value) {
    char *text = malloc(value.length + 1);
    if (!text) abort();
    memcpy(text, value.data, value.length);
    text[value.length] = 0;
    return text;
}

bool next_field(struct bytes *rest, struct field *field) {
    if (rest->length < 5) return false;
    uint32_t length = get32(rest->data + 1);
    if (length > rest->length - 5) return false;
    field->tag = rest->data[0];
    field->value = (struct bytes){ rest->data + 5, length };
    rest->data += 5 + length;
    rest->length -= 5 + length;
    return true;
}

static void header_of(uint8_t *header, uint8_t type, uint32_t id, size_t length) {
    memset(header, 0, HEADER_BYTES);
    header[0] = FIRST_BYTE;
    header[1] = type;
    put_number(header + 4, id, 4);
    put_number(header + 8, (uint32_t)length, 4);
}

static void flush_queue(void) {
    size_t sent = 0;
    while (sent < queue_length) {
        ssize_t count = write(agent.fd, queue + sent, queue_length - sent);
        if (count <= 0) break;
        sent += (size_t)count;
    }
    memmove(queue, queue + sent, queue_length - sent);
    queue_length -= sent;
}

static void append(const void *data, size_t length) {
    if (queue_length + length > queue_capacity) {
        queue_capacity = (queue_length + length) * 2;
        queue = realloc(queue, queue_capacity);
        if (!queue) abort();
    }
    if (length > 0) memcpy(queue + queue_length, data, length);
    queue_length += length;
}

bool wire_has_room(void) { return queue_length < MOST_QUEUED_BYTES; }

void wire_send(uint8_t type, uint32_t id, const void *head, size_t head_length, const void *data, size_t length) {
    uint8_t header[HEADER_BYTES], last = LAST_BYTE;
    if (!is_connected) return;
    header_of(header, type, id, head_length + length);
    append(header, sizeof header);
    append(head, head_length);
    append(data, length);
    append(&last, 1);
    flush_queue();
}

void wire_reply(uint32_t call, int error, const char *format, ...) {
    char text[4096];
    uint8_t code[4];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    put_number(code, (uint32_t)error, 4);
    wire_send(FRAME_REPLY, call, code, sizeof code, text, length < (int)sizeof text ? (size_t)length : sizeof text - 1);
}

static void write_all(int fd, const uint8_t *data, size_t length) {
    while (length > 0) {
        ssize_t count = write(fd, data, length);
        if (count < 0 && errno != EINTR && errno != EAGAIN) return;
        if (count > 0) {
            data += count;
            length -= (size_t)count;
        }
    }
}

/* One write for all, so that the emulator appends whole frames; the agent is told that there is something to read. */
void journal_write(uint8_t type, uint32_t id, const void *head, size_t head_length, const void *data, size_t length) {
    static uint8_t frame[HEADER_BYTES + 64 + CHUNK_BYTES + 1];
    if (head_length + length > sizeof frame - HEADER_BYTES - 1) length = sizeof frame - HEADER_BYTES - 1 - head_length;
    header_of(frame, type, id, head_length + length);
    memcpy(frame + HEADER_BYTES, head, head_length);
    if (length > 0) memcpy(frame + HEADER_BYTES + head_length, data, length);
    frame[HEADER_BYTES + head_length + length] = LAST_BYTE;
    write_all(journal_fd, frame, HEADER_BYTES + head_length + length + 1);
    if (queue_length == 0) wire_send(FRAME_NEWS, id, NULL, 0, NULL, 0);
}

/* Takes one frame, or what cannot be one, from what has been received; 0 if there is more to come. */
static size_t take(const uint8_t *data, size_t length) {
    if (data[0] != FIRST_BYTE) return 1;
    if (length < HEADER_BYTES) return 0;
    size_t payload = get32(data + 8);
    if (payload > MOST_PAYLOAD_BYTES) return 1;
    if (length < HEADER_BYTES + payload + 1) return 0;
    if (data[HEADER_BYTES + payload] != LAST_BYTE) return HEADER_BYTES + payload + 1;
    uint8_t type = data[1];
    uint32_t id = get32(data + 4);
    if (type == FRAME_HELLO) {
        /* What the last agent has not read is not for this one. */
        channels_close_all();
        queue_length = 0;
        is_connected = true;
        uint8_t version[4];
        put_number(version, 1, 4);
        wire_send(FRAME_HELLO, 0, data + HEADER_BYTES, payload, version, sizeof version);
    } else {
        handle_frame(type, id, (struct bytes){ data + HEADER_BYTES, payload });
    }
    return HEADER_BYTES + payload + 1;
}

static void agent_ready(struct watch *watch, uint32_t events) {
    (void)events;
    /* The port tells of changes only: all must be read. */
    while (true) {
        ssize_t count = read(watch->fd, received + received_length, sizeof received - received_length);
        if (count == 0) {
            /* No agent is connected. */
            channels_close_all();
            received_length = queue_length = 0;
            is_connected = false;
            return;
        }
        if (count < 0) break;
        received_length += (size_t)count;
        size_t start = 0, taken;
        while (start < received_length && (taken = take(received + start, received_length - start)) > 0) start += taken;
        memmove(received, received + start, received_length - start);
        received_length -= start;
    }
    flush_queue();
}

void wire_open(const char *journal, const char *agent_port) {
    journal_fd = open(journal, O_WRONLY | O_CLOEXEC);
    int fd = open(agent_port, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (journal_fd < 0 || fd < 0) {
        say("the ports cannot be opened: %s", strerror(errno));
        power_off();
    }
    loop_add(&agent, fd, agent_ready, NULL, EPOLLIN | EPOLLOUT | EPOLLET);
}
