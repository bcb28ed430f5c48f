/* A disk on which stays only what was forced to it: for bench/rehearsal/power.py, by LD_PRELOAD.
 *
 * After each fsync or fdatasync of a file below POWER_DISK, what it holds is laid in POWER_SHADOW: the same path, block by
 * block, so that a copy that breaks off is a write that was torn. Of a folder that is forced, names come and go. Everything
 * else (sync_file_range, msync, a close) is taken for nothing; nobody here opens with O_SYNC. Once "POWER_SHADOW.cut"
 * exists nothing is forced any more, and whoever asks for it waits for ever.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECTOR = 512, MANY = 128 * SECTOR };

static int (*force)(int), (*force_data)(int);
static char *disk, *shadow, cut[PATH_MAX];

__attribute__((constructor)) static void begin(void) {
    force = dlsym(RTLD_NEXT, "fsync");
    force_data = dlsym(RTLD_NEXT, "fdatasync");
    if (!getenv("POWER_DISK") || !getenv("POWER_SHADOW")) return;
    disk = strdup(getenv("POWER_DISK")); /* PostgreSQL writes its title over the environment */
    shadow = strdup(getenv("POWER_SHADOW"));
    snprintf(cut, sizeof cut, "%s.cut", shadow);
}

static void fail(const char *what, const char *path) {
    fprintf(stderr, "power.c: %s %s: %s\n", what, path, strerror(errno));
    abort();
}

static void wait_if_cut(void) {
    while (shadow && access(cut, F_OK) == 0) pause();
}

static void make_folders(const char *path) {
    char part[3 * PATH_MAX];
    snprintf(part, sizeof part, "%s", path);
    for (char *slash = part + strlen(shadow) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = 0;
        if (mkdir(part, 0700) && errno != EEXIST) fail("mkdir", part);
        *slash = '/';
    }
}

/* By the descriptor that we were given: another one of the same file, closed, would end the process's locks on it. */
static void keep_file(int fd, const char *there, off_t size) {
    char ours[MANY], theirs[MANY];
    make_folders(there);
    int copy = open(there, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (copy < 0) fail("open", there);
    flock(copy, LOCK_EX);
    wait_if_cut();
    for (off_t at = 0; at < size; at += MANY) {
        ssize_t got = pread(fd, ours, MANY, at);
        if (got < 0) fail("pread", there);
        ssize_t had = pread(copy, theirs, MANY, at);
        for (ssize_t here = 0; here < got; here += SECTOR) {
            ssize_t piece = got - here < SECTOR ? got - here : SECTOR;
            if (had >= here + piece && !memcmp(ours + here, theirs + here, piece)) continue;
            if (pwrite(copy, ours + here, piece, at + here) != piece) fail("pwrite", there);
        }
    }
    if (ftruncate(copy, size)) fail("ftruncate", there);
    close(copy);
}

static void keep_names(const char *here, const char *there) {
    char path[3 * PATH_MAX], other[3 * PATH_MAX];
    struct stat about;
    make_folders(there);
    if (mkdir(there, 0700) && errno != EEXIST) fail("mkdir", there);
    wait_if_cut();
    DIR *names = opendir(here);
    for (struct dirent *one; names && (one = readdir(names));) {
        if (!strcmp(one->d_name, ".") || !strcmp(one->d_name, "..")) continue;
        snprintf(path, sizeof path, "%s/%s", here, one->d_name);
        snprintf(other, sizeof other, "%s/%s", there, one->d_name);
        if (lstat(path, &about)) continue;
        if (S_ISDIR(about.st_mode)) mkdir(other, 0700);
        int made = S_ISREG(about.st_mode) ? open(other, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
        if (made >= 0) close(made);
    }
    if (names) closedir(names);
    names = opendir(there);
    for (struct dirent *one; names && (one = readdir(names));) {
        snprintf(path, sizeof path, "%s/%s", here, one->d_name);
        snprintf(other, sizeof other, "%s/%s", there, one->d_name);
        if (!lstat(other, &about) && S_ISREG(about.st_mode) && lstat(path, &about) && errno == ENOENT) unlink(other);
    }
    if (names) closedir(names);
}

static void keep(int fd) {
    char link[64], here[PATH_MAX], there[2 * PATH_MAX];
    struct stat about;
    int before = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, here, sizeof here - 1);
    if (length < 0 || fstat(fd, &about) || !about.st_nlink) return;
    here[length] = 0;
    size_t ours = strlen(disk);
    if (strncmp(here, disk, ours) || (here[ours] && here[ours] != '/')) return;
    snprintf(there, sizeof there, "%s%s", shadow, here + ours);
    if (S_ISREG(about.st_mode)) keep_file(fd, there, about.st_size);
    if (S_ISDIR(about.st_mode)) keep_names(here, there);
    errno = before;
}

static int forced(int (*how)(int), int fd) {
    wait_if_cut();
    int answer = how(fd);
    if (!answer && shadow) keep(fd);
    return answer;
}

int fsync(int fd) { return forced(force, fd); }
int fdatasync(int fd) { return forced(force_data, fd); }
