/* Starts a program and lets the n-th of its calls of some kinds on paths with some text in them fail.
 *
 *   calls KINDS N WHAT TEXT REPORT PROGRAM [ARGUMENT...]
 *
 * KINDS are names of `kinds` below, joined by commas. WHAT is the number of an error, with a + in front for the n-th call and
 * all after it; or the number of a signal with a minus in front, which is sent to the program before the call is made. N = 0
 * lets all calls pass. REPORT receives how many such calls were made, and the path of each one that failed.
 *
 * The kernel hands the calls over (seccomp with a listener), so that it makes no difference through which library they come.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum where { FILE_0, PATH_0, PATH_1, OPENED_1 };
struct call { const char *kind; int number; enum where where; };

static const struct call kinds[] = {
    {"fsync", __NR_fsync, FILE_0},       {"fsync", __NR_fdatasync, FILE_0},
    {"rename", __NR_renameat, PATH_1},   {"rename", __NR_renameat2, PATH_1},
    {"rename", __NR_linkat, PATH_1},     {"lock", __NR_flock, FILE_0},
    {"lock", __NR_fcntl, FILE_0},        {"create", __NR_openat, OPENED_1},
    {"folder", __NR_mkdirat, PATH_1},    {"remove", __NR_unlinkat, PATH_1},
    {"write", __NR_write, FILE_0},       {"write", __NR_writev, FILE_0},
    {"write", __NR_pwrite64, FILE_0},    {"write", __NR_ftruncate, FILE_0},
    {"read", __NR_read, FILE_0},         {"read", __NR_pread64, FILE_0},
    {"read", __NR_readv, FILE_0},        {"list", __NR_getdents64, FILE_0},
#ifdef __NR_rename
    {"rename", __NR_rename, PATH_0},     {"rename", __NR_link, PATH_0},
    {"folder", __NR_mkdir, PATH_0},      {"remove", __NR_unlink, PATH_0},
    {"remove", __NR_rmdir, PATH_0},
#endif
};
enum { CALLS = sizeof kinds / sizeof *kinds };

static void fail(const char *what) {
    fprintf(stderr, "calls: %s: %s\n", what, strerror(errno));
    exit(99);
}

/* Installs the filter in this process; gives the listener. */
static int listen_for(const char *wanted) {
    struct sock_filter filter[CALLS + 3];
    int length = 0, count = 0, numbers[CALLS];
    for (int k = 0; k < CALLS; k++)
        if (strstr(wanted, kinds[k].kind))
            numbers[count++] = kinds[k].number;
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (int k = 0; k < count; k++)
        filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, numbers[k], count - k, 0);
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    struct sock_fprog program = {length, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        fail("no new privileges");
    int listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
    if (listener < 0)
        fail("seccomp");
    return listener;
}

/* The path that a call is about; empty where there is none. */
static void path_of(const struct seccomp_notif *call, enum where where, char *path) {
    char place[64];
    path[0] = 0;
    if (where == FILE_0) {
        snprintf(place, sizeof place, "/proc/%d/fd/%d", call->pid, (int)call->data.args[0]);
        ssize_t length = readlink(place, path, PATH_MAX - 1);
        path[length < 0 ? 0 : length] = 0;
        return;
    }
    if (where == OPENED_1 && !(call->data.args[2] & (O_CREAT | O_WRONLY | O_RDWR)))
        return;
    snprintf(place, sizeof place, "/proc/%d/mem", call->pid);
    int memory = open(place, O_RDONLY);
    ssize_t length = pread(memory, path, PATH_MAX - 1, call->data.args[where == PATH_0 ? 0 : 1]);
    path[length < 0 ? 0 : length] = 0;
    close(memory);
}

int main(int count, char **words) {
    if (count < 7)
        fail("too few arguments");
    const char *wanted = words[1], *what = words[3], *text = words[4];
    long nth = atol(words[2]), error = labs(atol(what)), seen = 0;
    int sticky = what[0] == '+', sends = what[0] == '-';
    FILE *report = fopen(words[5], "w");
    int go[2];
    if (!report || pipe2(go, O_CLOEXEC))
        fail(words[5]);
    /* The child shares its table of files until it starts the program, so that the listener is in both. */
    pid_t child = syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
    if (child < 0)
        fail("clone");
    if (child == 0) {
        int number;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (read(go[0], &number, sizeof number) != sizeof number)
            fail("the parent");
        /* No call that is listened for may come between the filter and the answer of the parent, which knows the listener by
         * its place: the lowest one that is free. */
        listen_for(wanted);
        execv(words[6], words + 6);
        _exit(98);
    }
    int listener = open("/dev/null", O_RDONLY);
    close(listener);
    if (write(go[1], &listener, sizeof listener) != sizeof listener)
        fail("the child");
    struct pollfd wait = {listener, POLLIN, 0};
    int status = 0;
    for (;;) {
        struct seccomp_notif call;
        struct seccomp_notif_resp answer;
        char path[PATH_MAX];
        memset(&call, 0, sizeof call);
        memset(&answer, 0, sizeof answer);
        if (poll(&wait, 1, 20) <= 0 || !(wait.revents & POLLIN) || ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call)) {
            if (waitpid(child, &status, WNOHANG) == child)
                break;
            if (wait.revents & (POLLNVAL | POLLHUP))
                usleep(1000);
            continue;
        }
        answer.id = call.id;
        answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        enum where where = FILE_0;
        for (int k = 0; k < CALLS; k++)
            if (kinds[k].number == call.data.nr)
                where = kinds[k].where;
        path_of(&call, where, path);
        /* Locks alone of what fcntl does, which has many uses. */
        int other = call.data.nr == __NR_fcntl && call.data.args[1] != F_SETLK && call.data.args[1] != F_SETLKW;
        if (!other && strstr(path, text)) {
            seen++;
            if (nth && (seen == nth || (sticky && seen > nth))) {
                fprintf(report, "hit %d %s\n", call.data.nr, path);
                fflush(report);
                if (sends) {
                    kill(child, error);
                } else {
                    answer.flags = 0;
                    answer.error = -error;
                }
            }
        }
        ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
    }
    fprintf(report, "calls %ld\n", seen);
    fclose(report);
    if (WIFSIGNALED(status)) {
        signal(WTERMSIG(status), SIG_DFL);
        kill(getpid(), WTERMSIG(status));
    }
    return WEXITSTATUS(status);
}
