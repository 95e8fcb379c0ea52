/* What happens in a process of a container before its program runs: namespaces, mounts, identity. Failures are told in words through the outcome pipe, which the program's start closes. */
#define _GNU_SOURCE
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static int outcome_fd;

static void give_up(const char *format, ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length >= (int)sizeof text) length = sizeof text - 1;
    if (write(outcome_fd, text, (size_t)length) < 0) _exit(126);
    _exit(128);
}

const char *cgroup_path(const struct container *container, const char *file) {
    static char path[128];
    snprintf(path, sizeof path, "/sys/fs/cgroup/c%u%s%s", container->number, *file ? "/" : "", file);
    return path;
}

void cgroup_create(const struct container *container) {
    char text[64];
    mkdir(cgroup_path(container, ""), 0755);
    write_text(cgroup_path(container, "memory.oom.group"), "1");
    if (container->memory_bytes > 0) {
        snprintf(text, sizeof text, "%llu", (unsigned long long)container->memory_bytes);
        write_text(cgroup_path(container, "memory.max"), text);
    }
    if (container->cpu_millicores > 0) {
        snprintf(text, sizeof text, "%u 100000", container->cpu_millicores * 100);
        write_text(cgroup_path(container, "cpu.max"), text);
    }
    if (container->cpu_weight > 0) {
        snprintf(text, sizeof text, "%u", container->cpu_weight);
        write_text(cgroup_path(container, "cpu.weight"), text);
    }
}

static void must_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *options) {
    if (make_directories(target, 0755) < 0 || mount(source, target, type, flags, options) < 0) give_up("%s cannot be mounted: %s", target, strerror(errno));
}

/* The image's files below what this container writes. */
static void enter_root(const struct container *container) {
    char lower[64], upper[64], work[64], root[64], options[256];
    snprintf(lower, sizeof lower, "/pod/c%u/root", container->number);
    snprintf(upper, sizeof upper, "/scratch/c%u/upper", container->number);
    snprintf(work, sizeof work, "/scratch/c%u/work", container->number);
    snprintf(root, sizeof root, "/containers/c%u", container->number);
    snprintf(options, sizeof options, "lowerdir=%s,upperdir=%s,workdir=%s", lower, upper, work);
    if (make_directories(upper, 0755) < 0 || make_directories(work, 0755) < 0) give_up("the scratch disk cannot be written: %s", strerror(errno));
    struct stat image;
    if (stat(lower, &image) == 0) chmod(upper, image.st_mode & 07777);
    must_mount("root", root, "overlay", 0, options);
    if (chdir(root) < 0) give_up("%s: %s", root, strerror(errno));
}

static void make_devices(void) {
    static const struct { const char *name; int major, minor; } devices[] = {
        { "/dev/null", 1, 3 }, { "/dev/zero", 1, 5 }, { "/dev/full", 1, 7 }, { "/dev/random", 1, 8 }, { "/dev/urandom", 1, 9 }, { "/dev/tty", 5, 0 },
    };
    must_mount("tmpfs", "/dev", "tmpfs", MS_NOSUID, "mode=755,size=64k");
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) {
        mknod(devices[i].name, S_IFCHR | 0666, makedev((unsigned)devices[i].major, (unsigned)devices[i].minor));
        chmod(devices[i].name, 0666);
    }
    must_mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620,gid=5");
    must_mount("shm", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=1777");
    must_mount("mqueue", "/dev/mqueue", "mqueue", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    if (symlink("pts/ptmx", "/dev/ptmx") < 0 || symlink("/proc/self/fd", "/dev/fd") < 0 || symlink("/proc/self/fd/0", "/dev/stdin") < 0
        || symlink("/proc/self/fd/1", "/dev/stdout") < 0 || symlink("/proc/self/fd/2", "/dev/stderr") < 0) give_up("/dev: %s", strerror(errno));
}

static void protect(const char *path) {
    if (mount(path, path, NULL, MS_BIND | MS_REC, NULL) == 0) mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}

static void make_system_mounts(bool is_privileged) {
    must_mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    must_mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC | (is_privileged ? 0 : MS_RDONLY), NULL);
    mount("cgroup", "/sys/fs/cgroup", "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC | (is_privileged ? 0 : MS_RDONLY), NULL);
    make_devices();
    if (is_privileged) return;
    protect("/proc/bus");
    protect("/proc/fs");
    protect("/proc/irq");
    protect("/proc/sys");
    protect("/proc/sysrq-trigger");
}

/* Memory that containers share is mounted in the first process's own namespace, once: the first part of its path is the volume's name. */
void make_memory(const struct container *container) {
    for (int i = 0; i < container->mount_count; i++) {
        const struct mount_point *point = &container->mounts[i];
        char path[4200], options[64];
        if (point->kind != 'm') continue;
        snprintf(path, sizeof path, "/memory/%.*s", (int)strcspn(point->source, "/"), point->source);
        snprintf(options, sizeof options, "mode=1777,size=%llu", (unsigned long long)point->size_bytes);
        if (mkdir(path, 0777) == 0 && mount("memory", path, "tmpfs", MS_NOSUID | MS_NODEV, point->size_bytes > 0 ? options : "mode=1777") < 0)
            say("%s cannot be mounted: %s", path, strerror(errno));
        snprintf(path, sizeof path, "/memory/%s", point->source);
        make_directories(path, 0777);
    }
}

/* Sources are taken hold of while they can be seen, and put in place inside the root, where the image's own symbolic links mean what they say. */
static void take_sources(const struct container *container, int *sources) {
    for (int i = 0; i < container->mount_count; i++) {
        const struct mount_point *point = &container->mounts[i];
        char path[4200];
        snprintf(path, sizeof path, "%s/%s", point->kind == 'm' ? "/memory" : "/pod", point->source);
        sources[i] = (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | AT_RECURSIVE | O_CLOEXEC);
        if (sources[i] < 0) give_up("%s: its volume cannot be found in the machine: %s", point->target, strerror(errno));
    }
}

static void put_sources(const struct container *container, const int *sources) {
    for (int i = 0; i < container->mount_count; i++) {
        const struct mount_point *point = &container->mounts[i];
        struct stat source;
        if (fstat(sources[i], &source) < 0) give_up("%s: %s", point->target, strerror(errno));
        if (S_ISDIR(source.st_mode)) {
            if (make_directories(point->target, 0755) < 0) give_up("%s cannot be made: %s", point->target, strerror(errno));
        } else if (access(point->target, F_OK) < 0) {
            char *parent = strdup(point->target), *slash = parent ? strrchr(parent, '/') : NULL;
            if (slash) *slash = 0;
            if (parent && *parent) make_directories(parent, 0755);
            free(parent);
            int file = open(point->target, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
            if (file < 0) give_up("%s cannot be made: %s", point->target, strerror(errno));
            close(file);
        }
        if (syscall(SYS_move_mount, sources[i], "", AT_FDCWD, point->target, MOVE_MOUNT_F_EMPTY_PATH) < 0) give_up("%s cannot be mounted: %s", point->target, strerror(errno));
        if (point->read_only) mount(NULL, point->target, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL);
    }
}

static void take_identity(const struct command *command) {
    bool is_root = command->user == 0;
    struct stat stream;
    /* Programs open /dev/stdout again, which is theirs then. */
    for (int fd = 0; fd < 3; fd++)
        if (fstat(fd, &stream) == 0 && (!S_ISCHR(stream.st_mode) || isatty(fd))) (void)!fchown(fd, command->user, (gid_t)-1);
    uint64_t wanted = command->capabilities;
    for (int capability = 0; capability <= CAP_LAST_CAP; capability++)
        if (!(wanted >> capability & 1)) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
    if (setgroups((size_t)command->group_count, command->groups) < 0 || setresgid(command->group, command->group, command->group) < 0
        || setresuid(command->user, command->user, command->user) < 0) give_up("the user cannot be taken: %s", strerror(errno));
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3, .pid = 0 };
    uint64_t held = is_root ? wanted : 0;
    struct __user_cap_data_struct data[2] = {
        { .effective = (uint32_t)held, .permitted = (uint32_t)held, .inheritable = 0 },
        { .effective = (uint32_t)(held >> 32), .permitted = (uint32_t)(held >> 32), .inheritable = 0 },
    };
    if (syscall(SYS_capset, &header, data) < 0) give_up("capabilities cannot be set: %s", strerror(errno));
    if (command->flags & FLAG_NO_NEW_PRIVILEGES) prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static void take_streams(int input, int output, int error, bool is_terminal) {
    setsid();
    if (is_terminal) ioctl(input, TIOCSCTTY, 0);
    if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(error, 2) < 0) give_up("the streams cannot be set: %s", strerror(errno));
}

static void run(const struct command *command) __attribute__((noreturn));

static void run(const struct command *command) {
    const char *program = command->arguments[0], *search = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    umask(022);
    if (chdir(*command->directory ? command->directory : "/") < 0) give_up("chdir to cwd (\"%s\") set in config.json failed: %s", command->directory, strerror(errno));
    for (char *const *variable = command->environment; *variable; variable++)
        if (strncmp(*variable, "PATH=", 5) == 0) search = *variable + 5;
    if (strchr(program, '/')) {
        execve(program, command->arguments, command->environment);
        give_up("exec: \"%s\": %s", program, errno == ENOENT ? "stat: no such file or directory" : strerror(errno));
    }
    int failure = ENOENT;
    while (*search) {
        size_t length = strcspn(search, ":");
        char path[4096];
        snprintf(path, sizeof path, "%.*s/%s", (int)length, search, program);
        execve(path, command->arguments, command->environment);
        if (errno != ENOENT && errno != ENOTDIR) failure = errno;
        search += length + (search[length] == ':');
    }
    if (failure == ENOENT) give_up("exec: \"%s\": executable file not found in $PATH", program);
    give_up("exec: \"%s\": %s", program, strerror(failure));
    _exit(128);
}

static int open_namespace(pid_t pid, const char *name) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/ns/%s", pid, name);
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* A child in another's process namespace: only children enter it, so the caller leaves it again at once. */
static pid_t fork_into(pid_t target) {
    int theirs = open_namespace(target, "pid"), ours = open_namespace(getpid(), "pid");
    pid_t pid = -1;
    if (theirs >= 0 && ours >= 0 && setns(theirs, CLONE_NEWPID) == 0) {
        pid = fork();
        if (pid != 0) setns(ours, CLONE_NEWPID);
    }
    close(theirs);
    close(ours);
    return pid;
}

pid_t child_container(struct container *container, int input, int output, int error, int *outcome) {
    int pipes[2];
    if (pipe2(pipes, O_CLOEXEC) < 0) return -1;
    struct container *other = container_find(container->target);
    pid_t target = container->target == SHARED_PROCESSES ? shared_processes() : other ? other->pid : 0;
    pid_t pid = target > 0 ? fork_into(target) : (pid_t)syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);
    if (pid != 0) {
        close(pipes[1]);
        *outcome = pipes[0];
        return pid;
    }
    outcome_fd = pipes[1];
    int *sources = calloc(MOST_MOUNTS, sizeof(int));
    write_text(cgroup_path(container, "cgroup.procs"), "0");
    if (unshare(CLONE_NEWNS | CLONE_NEWCGROUP) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 || !sources) give_up("namespaces: %s", strerror(errno));
    take_streams(input, output, error, container->command.flags & FLAG_TTY);
    enter_root(container);
    take_sources(container, sources);
    if (mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 || chdir("/") < 0) give_up("the root cannot be entered: %s", strerror(errno));
    make_system_mounts(container->command.flags & FLAG_PRIVILEGED);
    put_sources(container, sources);
    if (*container->command.directory) make_directories(container->command.directory, 0755);
    if (container->command.flags & FLAG_READ_ONLY_ROOT) mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL);
    take_identity(&container->command);
    run(&container->command);
}

pid_t child_exec(struct container *container, const struct command *command, int input, int output, int error, int *outcome) {
    int pipes[2];
    if (pipe2(pipes, O_CLOEXEC) < 0) return -1;
    pid_t pid = fork_into(container->pid);
    if (pid != 0) {
        close(pipes[1]);
        *outcome = pipes[0];
        return pid;
    }
    outcome_fd = pipes[1];
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/root", container->pid);
    int mounts = open_namespace(container->pid, "mnt"), cgroups = open_namespace(container->pid, "cgroup"), root = open(path, O_PATH | O_CLOEXEC);
    write_text(cgroup_path(container, "cgroup.procs"), "0");
    take_streams(input, output, error, command->flags & FLAG_TTY);
    if (setns(cgroups, CLONE_NEWCGROUP) < 0 || setns(mounts, CLONE_NEWNS) < 0 || fchdir(root) < 0 || chroot(".") < 0) give_up("the container cannot be entered: %s", strerror(errno));
    take_identity(command);
    run(command);
}
