/* What the agent asks for, by kind of frame and of call. */
#include "init.h"

#include <errno.h>

static void handle_call(uint32_t call, struct bytes payload) {
    struct bytes fields = { payload.data + 1, payload.length - 1 };
    struct bytes rest = fields;
    struct field field;
    uint32_t container = 0;
    int signal = 0;
    while (next_field(&rest, &field)) {
        if (field.tag == TAG_CONTAINER) container = (uint32_t)number_of(field.value);
        if (field.tag == TAG_SIGNAL) signal = (int)number_of(field.value);
    }
    switch (payload.data[0]) {
    case VERB_CONFIGURE: configure(call, fields); break;
    case VERB_CREATE: container_create(call, fields); break;
    case VERB_START: container_start(call, container); break;
    case VERB_SIGNAL: container_signal(call, container, signal); break;
    case VERB_REMOVE: container_remove(call, container); break;
    case VERB_STATS: containers_stats(call); break;
    default: wire_reply(call, ENOSYS, "the guest does not know what is asked"); break;
    }
}

void handle_frame(uint8_t type, uint32_t id, struct bytes payload) {
    switch (type) {
    case FRAME_CALL: if (payload.length > 0) handle_call(id, payload); break;
    case FRAME_OPEN: channel_open(id, payload); break;
    case FRAME_DATA: channel_data(id, payload); break;
    case FRAME_END: channel_end(id); break;
    case FRAME_WINDOW: channel_window(id, payload); break;
    case FRAME_RESIZE: channel_resize(id, payload); break;
    case FRAME_CLOSE: channel_close(id, payload); break;
    }
}
