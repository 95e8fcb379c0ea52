/* Bringing the machine up, and what concerns all of it: host name, network, terminals, its end. */
#define _GNU_SOURCE
#include "init.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/route.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void say(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("guest: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

void power_off(void) {
    sync();
    reboot(RB_POWER_OFF);
    while (true) pause();
}

int write_text(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    ssize_t count = write(fd, text, strlen(text));
    close(fd);
    return count < 0 ? -1 : 0;
}

int make_directories(const char *path, mode_t mode) {
    char partial[4200];
    if (snprintf(partial, sizeof partial, "%s", path) >= (int)sizeof partial) return errno = ENAMETOOLONG, -1;
    for (char *slash = partial + 1; ; slash++) {
        if (*slash != '/' && *slash) continue;
        char kept = *slash;
        *slash = 0;
        if (mkdir(partial, mode) < 0 && errno != EEXIST) return -1;
        if (!kept) return 0;
        *slash = kept;
    }
}

int open_terminal(const char *multiplexer) {
    int zero = 0, fd = open(multiplexer, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0) ioctl(fd, TIOCSPTLCK, &zero);
    return fd;
}

void resize_terminal(int fd, uint16_t columns, uint16_t rows) {
    struct winsize size = { .ws_col = columns, .ws_row = rows };
    ioctl(fd, TIOCSWINSZ, &size);
}

static void must_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *options) {
    mkdir(target, 0755);
    if (mount(source, target, type, flags, options) == 0) return;
    say("%s cannot be mounted: %s", target, strerror(errno));
    power_off();
}

static void load_modules(void) {
    FILE *order = fopen("/modules/order", "re");
    char name[128], path[192];
    while (order && fgets(name, sizeof name, order)) {
        name[strcspn(name, "\n")] = 0;
        snprintf(path, sizeof path, "/modules/%s", name);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST)) say("module %s cannot be loaded: %s", name, strerror(errno));
        if (fd >= 0) close(fd);
    }
    if (order) fclose(order);
}

/* The device of the port that has this name; ports appear a little after their driver. */
static bool find_port(const char *name, char *device, size_t length) {
    DIR *ports = opendir("/sys/class/virtio-ports");
    struct dirent *entry;
    bool is_found = false;
    while (ports && !is_found && (entry = readdir(ports))) {
        char path[320], text[64] = "";
        snprintf(path, sizeof path, "/sys/class/virtio-ports/%s/name", entry->d_name);
        FILE *file = fopen(path, "re");
        if (!file) continue;
        if (fgets(text, sizeof text, file)) text[strcspn(text, "\n")] = 0;
        fclose(file);
        is_found = strcmp(text, name) == 0;
        if (is_found) snprintf(device, length, "/dev/%.48s", entry->d_name);
    }
    if (ports) closedir(ports);
    return is_found && access(device, F_OK) == 0;
}

static void wait_for_port(const char *name, char *device, size_t length) {
    const struct timespec moment = { .tv_nsec = 5 * 1000 * 1000 };
    for (int tries = 0; tries < 2000; tries++) {
        if (find_port(name, device, length)) return;
        nanosleep(&moment, NULL);
    }
    say("port %s does not appear", name);
    power_off();
}

static bool is_probe(void) {
    char line[1024] = "";
    FILE *file = fopen("/proc/cmdline", "re");
    if (file && !fgets(line, sizeof line, file)) line[0] = 0;
    if (file) fclose(file);
    return strstr(line, "orchestrator.probe") != NULL;
}

void boot(void) {
    char journal[64], agent[64];
    must_mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    must_mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    must_mount("dev", "/dev", "devtmpfs", MS_NOSUID, NULL);
    int console = open("/dev/console", O_RDWR);
    if (console >= 0) for (int fd = 0; fd < 3; fd++) dup2(console, fd);
    if (console > 2) close(console);
    load_modules();
    if (is_probe()) {
        write_text("/dev/ttyS0", "orchestrator-probe-passed\n");
        power_off();
    }
    must_mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "ptmxmode=0666,mode=0620,gid=5");
    must_mount("cgroup", "/sys/fs/cgroup", "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    write_text("/sys/fs/cgroup/cgroup.subtree_control", "+memory +cpu +pids");
    must_mount("memory", "/memory", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755");
    must_mount("pod", "/pod", "virtiofs", MS_NOSUID, NULL);
    must_mount("/dev/vda", "/scratch", "ext4", MS_NOATIME, "noinit_itable");
    mkdir("/containers", 0755);
    wait_for_port("orchestrator.journal", journal, sizeof journal);
    wait_for_port("orchestrator.agent", agent, sizeof agent);
    signal(SIGPIPE, SIG_IGN);
    wire_open(journal, agent);
    journal_write(JOURNAL_BOOTED, 0, NULL, 0, NULL, 0);
}

/* The first process of a namespace that all containers share does nothing but reap. */
static pid_t shared;

pid_t shared_processes(void) { return shared; }

static void share_processes(void) {
    if (shared > 0) return;
    shared = (pid_t)syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);
    if (shared != 0) return;
    signal(SIGCHLD, SIG_IGN);
    while (true) pause();
}

static void set_address(int fd, struct ifreq *request, unsigned long call, uint32_t address) {
    struct sockaddr_in *place = (struct sockaddr_in *)&request->ifr_addr;
    memset(place, 0, sizeof *place);
    place->sin_family = AF_INET;
    place->sin_addr.s_addr = address;
    if (ioctl(fd, call, request) < 0) say("the network cannot be set up: %s", strerror(errno));
}

static void bring_up(int fd, const char *name, int mtu) {
    struct ifreq request = { 0 };
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    if (mtu > 0) {
        request.ifr_mtu = mtu;
        ioctl(fd, SIOCSIFMTU, &request);
    }
    ioctl(fd, SIOCGIFFLAGS, &request);
    request.ifr_flags |= IFF_UP | IFF_RUNNING;
    if (ioctl(fd, SIOCSIFFLAGS, &request) < 0) say("%s cannot be brought up: %s", name, strerror(errno));
}

/* ADDRESS/BITS on the first interface, and the way out. */
static void set_network(char *address, const char *gateway, int mtu) {
    struct ifreq request = { 0 };
    struct rtentry route = { 0 };
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bring_up(fd, "lo", 0);
    char *slash = address ? strchr(address, '/') : NULL;
    if (slash) {
        int bits = atoi(slash + 1);
        *slash = 0;
        snprintf(request.ifr_name, sizeof request.ifr_name, "eth0");
        set_address(fd, &request, SIOCSIFADDR, inet_addr(address));
        set_address(fd, &request, SIOCSIFNETMASK, bits == 0 ? 0 : htonl(0xFFFFFFFFu << (32 - bits)));
        bring_up(fd, "eth0", mtu);
    }
    if (slash && gateway) {
        struct sockaddr_in *way = (struct sockaddr_in *)&route.rt_gateway;
        way->sin_family = AF_INET;
        way->sin_addr.s_addr = inet_addr(gateway);
        ((struct sockaddr_in *)&route.rt_dst)->sin_family = AF_INET;
        ((struct sockaddr_in *)&route.rt_genmask)->sin_family = AF_INET;
        route.rt_flags = RTF_UP | RTF_GATEWAY;
        if (ioctl(fd, SIOCADDRT, &route) < 0 && errno != EEXIST) say("the route to %s cannot be set: %s", gateway, strerror(errno));
    }
    close(fd);
}

/* NAME=VALUE, with dots in the name. */
static void set_kernel_value(char *text) {
    char path[256], *equals = strchr(text, '=');
    if (!equals) return;
    *equals = 0;
    snprintf(path, sizeof path, "/proc/sys/%s", text);
    for (char *dot = path + 10; *dot; dot++) if (*dot == '.') *dot = '/';
    if (write_text(path, equals + 1) < 0) say("sysctl %s cannot be set: %s", text, strerror(errno));
}

void configure(uint32_t call, struct bytes fields) {
    char *address = NULL, *gateway = NULL;
    struct field field;
    int mtu = 0;
    while (next_field(&fields, &field)) {
        char *text = text_of(field.value);
        switch (field.tag) {
        case TAG_HOST_NAME: if (sethostname(text, strlen(text)) < 0) say("the host name cannot be set: %s", strerror(errno)); break;
        case TAG_ADDRESS: free(address); address = text; text = NULL; break;
        case TAG_GATEWAY: free(gateway); gateway = text; text = NULL; break;
        case TAG_MTU: mtu = (int)number_of(field.value); break;
        case TAG_SYSCTL: set_kernel_value(text); break;
        case TAG_SHARE_PROCESSES: share_processes(); break;
        }
        free(text);
    }
    set_network(address, gateway, mtu);
    free(address);
    free(gateway);
    wire_reply(call, 0, "%s", "");
}

static void after(void) {
    channels_tick();
    containers_tick();
}

int main(void) {
    boot();
    loop_run(after);
}
