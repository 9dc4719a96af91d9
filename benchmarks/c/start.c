// start RUNS PROGRAM ARGUMENTS...: ns from starting a program, its output to nowhere, to its end. Once unmeasured, for the page cache.
#include "common.h"
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

extern char **environ;

static void run(posix_spawn_file_actions_t *actions, char **program)
{
    pid_t child;
    int status;
    errno = posix_spawnp(&child, program[0], actions, NULL, program, environ);
    need(errno == 0, program[0]);
    need(waitpid(child, &status, 0) == child, "waitpid");
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
    fprintf(stderr, "%s: status %x\n", program[0], (unsigned)status);
    exit(1);
}

int main(int argc, char **argv)
{
    posix_spawn_file_actions_t actions;
    long n = argc > 2 ? atol(argv[1]) : 0;
    errno = EINVAL;
    need(n > 0, "start RUNS PROGRAM ARGUMENTS...");
    posix_spawn_file_actions_init(&actions);
    for (int fd = 1; fd <= 2; fd++) posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_WRONLY, 0);
    run(&actions, argv + 2);
    double start = now_ns();
    for (long i = 0; i < n; i++) run(&actions, argv + 2);
    double end = now_ns();
    printf("%.4f\n", (end - start) / n);
    return 0;
}
