/* The loop: files by epoll, ended children by signalfd. */
#include "init.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_EVENTS 32

static int events_fd = -1;
static struct epoll_event happened[MOST_EVENTS];
static int happened_count;

static int epoll(void) {
    if (events_fd < 0) events_fd = epoll_create1(EPOLL_CLOEXEC);
    return events_fd;
}

void loop_add(struct watch *watch, int fd, void (*ready)(struct watch *, uint32_t), void *owner, uint32_t events) {
    watch->fd = fd;
    watch->ready = ready;
    watch->owner = owner;
    watch->is_paused = events == 0;
    struct epoll_event event = { .events = events, .data.ptr = watch };
    /* What is always ready, such as a file, cannot be waited for, and need not be. */
    epoll_ctl(epoll(), EPOLL_CTL_ADD, fd, &event);
}

void loop_change(struct watch *watch, uint32_t events) {
    if (watch->fd < 0) return;
    struct epoll_event event = { .events = events, .data.ptr = watch };
    /* Without events a hang-up would still be told, again and again. */
    if (events == 0 && !watch->is_paused) epoll_ctl(epoll(), EPOLL_CTL_DEL, watch->fd, NULL);
    else if (events != 0) epoll_ctl(epoll(), watch->is_paused ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, watch->fd, &event);
    watch->is_paused = events == 0;
}

void loop_remove(struct watch *watch) {
    if (watch->fd < 0) return;
    if (!watch->is_paused) epoll_ctl(epoll(), EPOLL_CTL_DEL, watch->fd, NULL);
    close(watch->fd);
    watch->fd = -1;
    /* Its owner may be freed: what has happened to it in this round is forgotten. */
    for (int i = 0; i < happened_count; i++)
        if (happened[i].data.ptr == watch) happened[i].data.ptr = NULL;
}

static void reap(void) {
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        if (!container_reap(pid, status)) channel_reap(pid, status);
}

static void child_ended(struct watch *watch, uint32_t events) {
    (void)events;
    struct signalfd_siginfo information[8];
    while (read(watch->fd, information, sizeof information) > 0) { }
    reap();
}

void loop_run(void (*after)(void)) {
    static struct watch children;
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    loop_add(&children, signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC), child_ended, NULL, EPOLLIN);
    reap();
    while (true) {
        happened_count = epoll_wait(epoll(), happened, MOST_EVENTS, -1);
        for (int i = 0; i < happened_count; i++) {
            struct watch *watch = happened[i].data.ptr;
            if (watch && watch->fd >= 0) watch->ready(watch, happened[i].events);
        }
        happened_count = 0;
        after();
    }
}
