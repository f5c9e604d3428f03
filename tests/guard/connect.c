/* Preloaded into every process that the tests start: what sitecustomize.py does for Python, for native code.
 * Build: cc -shared -fPIC -o guard.so connect.c -ldl */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int leaves_the_machine(const struct sockaddr *address, char *text, size_t size) {
    if (!address) return 0;
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
        inet_ntop(AF_INET, &v4->sin_addr, text, size);
        unsigned long host = ntohl(v4->sin_addr.s_addr);
        return (host >> 24) != 127 && host != 0;
    }
    if (address->sa_family == AF_INET6) {
        const struct in6_addr *v6 = &((const struct sockaddr_in6 *)address)->sin6_addr;
        inet_ntop(AF_INET6, v6, text, size);
        return !IN6_IS_ADDR_LOOPBACK(v6) && !IN6_IS_ADDR_UNSPECIFIED(v6) &&
               !(IN6_IS_ADDR_V4MAPPED(v6) && v6->s6_addr[12] == 127);
    }
    return 0; /* Unix and netlink sockets */
}

static int refused(const char *call, const struct sockaddr *address) {
    char host[INET6_ADDRSTRLEN] = "", line[256];
    if (!leaves_the_machine(address, host, sizeof host)) return 0;
    const char *log = getenv("FORMFACT_NETWORK_LOG");
    int file = log ? open(log, O_WRONLY | O_APPEND | O_CREAT, 0600) : -1;
    if (file >= 0) {
        int length = snprintf(line, sizeof line, "%s %s by native code of process %d\n", call, host, (int)getpid());
        if (write(file, line, (size_t)length) < 0) perror("network guard");
        close(file);
    }
    errno = EACCES;
    return 1;
}

int connect(int socket, const struct sockaddr *address, socklen_t length) {
    int (*real)(int, const struct sockaddr *, socklen_t) =
        (int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "connect");
    return refused("connect", address) ? -1 : real(socket, address, length);
}

ssize_t sendto(int socket, const void *data, size_t size, int flags, const struct sockaddr *address, socklen_t length) {
    ssize_t (*real)(int, const void *, size_t, int, const struct sockaddr *, socklen_t) =
        (ssize_t (*)(int, const void *, size_t, int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "sendto");
    return refused("sendto", address) ? -1 : real(socket, data, size, flags, address, length);
}
